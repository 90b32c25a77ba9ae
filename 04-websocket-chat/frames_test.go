package chat

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestRefusedFrames(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	id := number64(7)
	for name, test := range map[string]struct {
		frame string
		code  ErrorCode
		id    *int64
		text  string // part of the sentence
	}{
		"not JSON":               {`hello`, CodeBadFrame, nil, "a frame is JSON"},
		"empty":                  {``, CodeBadFrame, nil, "a frame is JSON"},
		"half":                   {`{"event":"message","id":7`, CodeBadFrame, nil, "unexpected end"},
		"two":                    {`{"event":"a"}{"event":"b"}`, CodeBadFrame, nil, "a frame is JSON"},
		"an array":               {`["message","hi"]`, CodeBadFrame, nil, "this is a JSON array"},
		"a string":               {`"message"`, CodeBadFrame, nil, "this is a JSON string"},
		"null":                   {`null`, CodeBadFrame, nil, "needs an event"},
		"no event":               {`{"data":"hi","id":7}`, CodeBadFrame, id, "needs an event"},
		"empty event":            {`{"event":"","id":7}`, CodeBadFrame, id, "needs an event"},
		"event of a wrong type":  {`{"event":5,"id":7}`, CodeBadFrame, id, "event must be a string, not number"},
		"id first":               {`{"id":7,"event":{}}`, CodeBadFrame, id, "event must be a string, not object"},
		"room of a wrong type":   {`{"room":[],"id":7,"event":"message"}`, CodeBadFrame, id, "room must be a string, not array"},
		"id of a wrong type":     {`{"event":"message","id":"7"}`, CodeBadFrame, nil, "id must be an integer, not string"},
		"id with a fraction":     {`{"event":"message","id":7.5}`, CodeBadFrame, nil, "id must be an integer, not number 7.5"},
		"id too large":           {`{"event":"message","id":9223372036854775808}`, CodeBadFrame, nil, "id must be an integer"},
		"event of 65 bytes":      {`{"event":"` + strings.Repeat("x", 65) + `","id":7}`, CodeBadFrame, id, "64 bytes, this one has 65"},
		"event of 66 bytes":      {`{"event":"` + strings.Repeat("本", 22) + `","id":7}`, CodeBadFrame, id, "64 bytes, this one has 66"},
		"65 deep":                {`{"event":"message","data":` + nested(65) + `,"id":7}`, CodeBadFrame, id, "deeper than 64"},
		"65 deep, mixed":         {`{"event":"message","data":` + strings.Repeat(`[{"\"]":`, 33) + `1` + strings.Repeat("}]", 33) + `,"id":7}`, CodeBadFrame, id, "deeper than 64"},
		"20,000 deep":            {`{"event":"message","data":` + nested(20_000) + `,"id":7}`, CodeBadFrame, nil, "max depth"},
		"binary":                 {`{"event":"binary","data":"x","id":7}`, CodeReservedEvent, id, "choose a name without $"},
		"$welcome":               {`{"event":"$welcome","id":7}`, CodeReservedEvent, id, "choose a name without $"},
		"$":                      {`{"event":"$","id":7}`, CodeReservedEvent, id, "choose a name without $"},
		"$pong":                  {`{"event":"$pong","id":7}`, CodeReservedEvent, id, "choose a name without $"},
		"not in the room":        {`{"event":"message","data":1,"room":"rust","id":7}`, CodeNotInRoom, id, `you are not in room "rust"`},
		"no such room":           {`{"event":"message","room":"` + strings.Repeat("x", 65) + `","id":7}`, CodeNotInRoom, id, `you are not in room`},
		"another's own room":     {`{"event":"message","room":"` + bob.ID + `","id":7}`, CodeNotInRoom, id, `you are not in room`},
		"leaving what is not":    {`{"event":"leave","data":"rust","id":7}`, CodeNotInRoom, id, `you are not in room "rust"`},
		"join without a room":    {`{"event":"join","id":7}`, CodeBadFrame, id, "join needs a room"},
		"join a number":          {`{"event":"join","data":1,"id":7}`, CodeBadFrame, id, "join needs a room"},
		"join null":              {`{"event":"join","data":null,"id":7}`, CodeBadFrame, id, "join needs a room"},
		"join an empty room":     {`{"event":"join","data":"","id":7}`, CodeBadFrame, id, "join needs a room"},
		"join a long room":       {`{"event":"join","data":"` + strings.Repeat("x", 65) + `","id":7}`, CodeBadFrame, id, "1 to 64 bytes"},
		"join unprintable":       {`{"event":"join","data":"a\nb","id":7}`, CodeBadFrame, id, "printable"},
		"join another's id":      {`{"event":"join","data":"` + bob.ID + `","id":7}`, CodeBadFrame, id, "form of a connection's id"},
		"join one's own id":      {`{"event":"join","data":"` + alice.ID + `","id":7}`, CodeBadFrame, id, "form of a connection's id"},
		"join any id":            {`{"event":"join","data":"abcdefghij-_ABCDEF12","id":7}`, CodeBadFrame, id, "form of a connection's id"},
		"leave without a room":   {`{"event":"leave","id":7}`, CodeBadFrame, id, "leave needs a room"},
		"of two events the last": {`{"event":"message","event":"$x","id":7}`, CodeReservedEvent, id, `"$x"`},
		"of two ids the last":    {`{"event":"$x","id":5,"id":7}`, CodeReservedEvent, id, `"$x"`},
	} {
		t.Run(name, func(t *testing.T) {
			alice.says(test.frame)
			f := alice.next()
			require.Equal(t, "$error", f.Event)
			var problem Problem
			require.NoError(t, json.Unmarshal(f.Data, &problem))
			require.Equal(t, test.code, problem.Code, problem.Text)
			require.Contains(t, problem.Text, test.text)
			require.NotContains(t, problem.Text, "Go ")
			require.Less(t, len(problem.Text), 400, "a sentence")
			require.Equal(t, test.id, f.ID)
		})
	}
	alice.hearsNothing() // the connection is open
	bob.hearsNothing()   // and nothing of it reached anybody
}

func TestDataNestsUpTo64(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	flat := `["` + strings.Repeat(`[{\"`, 100) + `"]` // brackets in a string are no nesting
	for _, data := range []string{nested(64), flat, `[[],[],{"a":[]}]`} {
		alice.says(`{"event":"message","data":` + data + `}`)
		require.Equal(t, data, string(bob.next().Data))
	}
}

func TestOfDuplicateKeysTheLastCounts(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"event":"one","data":[1,2,3],"event":"two","data":4,"room":"nowhere","room":"go"}`)
	f := bob.next()
	require.Equal(t, "two", f.Event)
	require.Equal(t, "4", string(f.Data))
	require.Equal(t, "go", f.Room)
}

func TestKeysAreTakenInAnyCase(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"Event":"message","DATA":1,"event":"$x","EVENT":"message"}`) // of duplicates the last counts, still
	bob.hears("1")
	alice.says(`{"event":"message","Event":"$welcome"}`)
	require.Contains(t, string(alice.next().Data), `"reserved_event"`)
}

func TestEventOf64BytesPasses(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	event := strings.Repeat("x", 61) + "本"
	alice.says(`{"event":"` + event + `"}`)
	require.Equal(t, event, bob.next().Event)
}

func TestPingIsAnsweredAtOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"event":"$ping"}`)
	require.Equal(t, Frame{Event: "$pong"}, alice.next())
	bob.hearsNothing()
}

func TestBinaryFrameArrivesByteForByte(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.enter("alice", "go"), n.enter("bob", "go"), n.enter("carol", "rust")
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	large := make([]byte, 65536)
	alice.does(`{"event":"join","data":"rust","id":1}`) // the room of the URL counts
	for _, payload := range [][]byte{{}, every, every[:125], every[:126], large[:65535], large} {
		require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, payload))
		for {
			kind, got := bob.read()
			if kind == websocket.TextMessage { // presence
				continue
			}
			require.Equal(t, payload, got)
			break
		}
	}
	alice.hearsNothing() // no acknowledgement, and not itself
	carol.hearsNothing()
	alice.does(`{"event":"leave","data":"go","id":2}`)
	require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, every))
	f := alice.next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"not_in_room"`)
}

// kept is a relay that keeps what it is given, as one to other nodes does.
type kept struct{ events chan Event }

func (k kept) Publish(e Event) error { k.events <- e; return nil }

func TestRelayMayKeepAnEvent(t *testing.T) {
	k := kept{make(chan Event, 10)}
	n := serve(t, Options{Relay: k, RatePerSecond: -1})
	alice := n.enter("alice", "go")
	for _, payload := range []string{"", "first", "other"} { // an empty one as the very first, too
		require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, []byte(payload)))
	}
	for _, data := range []string{`"first"`, `"other"`} {
		alice.says(`{"event":"message","data":` + data + `,"id":1}`)
	}
	alice.hearsNothing() // and no "$ack": the relay has not said that it took them
	for _, payload := range []string{"", "first", "other"} {
		e := <-k.events
		require.Equal(t, "binary", e.Name)
		require.NotNil(t, e.Binary, "a binary event without bytes is one all the same")
		require.Equal(t, payload, string(e.Binary))
	}
	for _, data := range []string{`"first"`, `"other"`} {
		e := <-k.events
		require.Equal(t, data, string(e.Data))
		require.Equal(t, []string{"go"}, e.Rooms)
		require.Equal(t, []string{alice.ID}, e.Except)
		require.Equal(t, "alice", e.From)
	}
}

// refusing is a relay that can carry nothing.
type refusing struct{}

func (refusing) Publish(Event) error { return errors.New("too long for the wire") }

func TestWhatCannotBeCarriedIsRefused(t *testing.T) {
	n := serve(t, Options{Relay: refusing{}, RatePerSecond: -1})
	alice := n.enter("alice", "go")
	alice.says(`{"event":"message","id":7}`)
	f := alice.next()
	require.JSONEq(t, `{"code":"bad_frame","text":"too long for the wire"}`, string(f.Data))
	require.Equal(t, int64(7), *f.ID)
	require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, []byte("x")))
	require.Equal(t, "$error", alice.next().Event)
	require.Zero(t, n.hub.Stats().Received)
}

func TestTooLargeIsClosedWith1009(t *testing.T) {
	const most = 1000
	for name, kind := range map[string]int{"text": websocket.TextMessage, "binary": websocket.BinaryMessage} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, Options{MaxMessageBytes: most, RatePerSecond: -1})
			alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
			frame := []byte(`{"event":"message","data":"` + strings.Repeat("x", most-29) + `"}`)
			require.Len(t, frame, most)
			require.NoError(t, alice.ws.WriteMessage(kind, frame))
			for bob.kind() != kind {
			}
			require.NoError(t, alice.ws.WriteMessage(kind, append(frame, ' ')))
			require.NoError(t, alice.ws.WriteMessage(kind, make([]byte, 10<<20))) // the reason arrives in spite of it
			closed := alice.closed()
			require.Equal(t, 1009, closed.Code)
			require.Contains(t, closed.Text, "larger than this node takes")
			bob.hearsNothing()
		})
	}
}

func (p *person) kind() int {
	p.t.Helper()
	for {
		kind, payload := p.read()
		if !strings.Contains(string(payload), "$presence") {
			return kind
		}
	}
}

func TestNotUTF8IsClosedWith1007(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.enter("alice", "go")
	require.NoError(t, alice.ws.WriteMessage(websocket.TextMessage, []byte("{\"event\":\"message\",\"data\":\"\xff\"}")))
	closed := alice.closed()
	require.Equal(t, 1007, closed.Code)
	require.Contains(t, closed.Text, "UTF-8")
}

func TestFragmentsAreOneFrame(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	w, err := alice.ws.NextWriter(websocket.TextMessage)
	require.NoError(t, err)
	text := `{"event":"message","data":"` + strings.Repeat("本", 5000) + `"}`
	for i := range len(text) { // more than the writer's buffer holds: it sends fragments, and splits characters
		_, err := w.Write([]byte{text[i]})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Len(t, bob.next().Data, 15002)
}
