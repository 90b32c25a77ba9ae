package talk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// readable is a message as a line for a person:
//
//	alice: hi                    a message
//	alice: {"x":1}               a message whose data is no string
//	alice [moved] {"x":1}        another event
//	* Hello!                     one without a sender, as the emitter's
//	* [binary] 256 bytes
//	-- bob joined (3 here)       what the node itself tells
//
// It is empty for what only programs need ($ack, $placed, $welcome). k is what this connection was told before.
func readable(m client.Message, k *known) string {
	if strings.HasPrefix(m.Event, "$") {
		return notice(m.Frame, k)
	}
	from := m.From
	if strings.HasPrefix(from, "-") || strings.HasPrefix(from, "*") {
		from = strconv.Quote(from) // or it would look like one of the other lines
	}
	var line strings.Builder
	switch {
	case from != "" && m.Event == frame.EventMessage:
		line.WriteString(from + ": ")
	case from != "":
		line.WriteString(from + " ")
	default:
		line.WriteString("* ")
	}
	if m.Event != frame.EventMessage {
		line.WriteString("[" + m.Event + "] ")
	}
	if m.Binary != nil {
		fmt.Fprintf(&line, "%d bytes", len(m.Binary))
	}
	line.WriteString(words(m.Data))
	return harmless.Text(strings.TrimRight(line.String(), " "))
}

// notice is what the node tells, marked so that nobody's message looks like it.
func notice(f frame.Frame, k *known) string {
	var d struct {
		frame.Presence
		frame.Problem
		Missed *int64 `json:"missed"`
		frame.CaughtUp
	}
	_ = json.Unmarshal(f.Data, &d) // a key that is missing stays empty, and is shown so
	var text string
	switch f.Event {
	case frame.EventPresence:
		text = k.presence(f.Room, d.Presence)
	case frame.EventDegraded:
		k.outage = outage{}
		text = d.Text
	case frame.EventRecovered:
		text = k.recovered(d.Missed)
	case frame.EventExpiring:
		text = d.Text
	case frame.EventCaughtUp:
		text = caughtUp(d.CaughtUp, k.isNew)
	case frame.EventError:
		text = fmt.Sprintf("error %s: %s", d.Code, d.Text)
	}
	if text == "" {
		return ""
	}
	return harmless.Text("-- " + text)
}

// known is what a connection was told before: the last outage, and who is there.
type known struct {
	isNew bool // it is the first connection: nothing was missed
	outage
	people
}

// outage is a time in which the node has missed messages. The zero value is one that is
// not over, or none.
type outage struct {
	over   bool
	missed *int64 // what the node has counted; nil: it could not
}

// recovered says how many messages were missed. The node may tell it again without another
// outage, when it learns of more: then the larger number stands in the place of the first.
//
// "0 were missed" would say too much: what has no number (npm's), and the last messages of
// a publisher, leave no gap that shows.
func (o *outage) recovered(missed *int64) string {
	switch {
	case !o.over && missed == nil:
		*o = outage{over: true}
		return "messages arrive again; how many were missed is not known"
	case !o.over:
		*o = outage{over: true, missed: missed}
		return "messages arrive again; of those that can be counted, " + wereMissed(*missed)
	case missed == nil, o.missed != nil && *missed <= *o.missed:
		return "" // no news
	}
	o.missed = missed
	return "more is known now: of the messages that can be counted, " + wereMissed(*missed)
}

func wereMissed(n int64) string {
	switch n {
	case 0:
		return "none was missed"
	case 1:
		return "1 was missed"
	}
	return fmt.Sprintf("%d were missed", n)
}

// caughtUp says how many messages were told late, and how many will never be.
func caughtUp(c frame.CaughtUp, isNew bool) string {
	text := "nothing was said while you were away"
	switch {
	case isNew: // it was not away: it has asked for the room's last messages
		return fmt.Sprintf("messages of the room before you came: %d", c.Messages)
	case c.Messages == 1:
		text = "1 message while you were away"
	case c.Messages > 1:
		text = fmt.Sprintf("%d messages while you were away", c.Messages)
	}
	switch {
	case c.Gone == nil:
		return text + "; older ones are kept no longer, nobody knows how many"
	case *c.Gone > 0:
		return fmt.Sprintf("%s; of all rooms together, %d older ones are kept no longer", text, *c.Gone)
	}
	return text
}

// words is a string as it is, and anything else as JSON without spaces.
func words(data json.RawMessage) string {
	var s string
	if json.Unmarshal(data, &s) == nil {
		return s
	}
	var compact bytes.Buffer
	if json.Compact(&compact, data) == nil {
		return compact.String()
	}
	return ""
}

// raw is a message as it came, on one line, for programs and for terminals: what a terminal would obey is written with
// JSON's escapes. Bytes take the form that they have inside of events.
func raw(m client.Message) string {
	if m.Binary != nil {
		return `{"event":"binary","data":{"$base64":"` + base64.StdEncoding.EncodeToString(m.Binary) + `"}}`
	}
	return harmless.JSON(m.Text)
}
