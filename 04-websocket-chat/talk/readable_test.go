package talk

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestReadableLines(t *testing.T) {
	tests := map[string]struct{ frame, want string }{
		"message":              {`{"event":"message","data":"hi","from":"alice"}`, "alice: hi"},
		"data that is no text": {`{"event":"message","data":{"x": [1, 2]},"from":"alice"}`, `alice: {"x":[1,2]}`},
		"no data":              {`{"event":"message","from":"alice"}`, "alice:"},
		"other event":          {`{"event":"moved","data":3,"from":"alice"}`, "alice [moved] 3"},
		"from an emitter":      {`{"event":"message","data":"Hello!"}`, "* Hello!"},
		"its other event":      {`{"event":"news","data":["a",1]}`, `* [news] ["a",1]`},
		"present":              {`{"event":"$presence","room":"r","data":{"count":2,"present":["alice","bob"]}}`, "-- 2 here: alice, bob"},
		"joined and left":      {`{"event":"$presence","room":"r","data":{"count":3,"joined":["carol"],"left":["bob"]}}`, "-- bob left; carol joined (3 here)"},
		"degraded":             {`{"event":"$degraded","data":{"text":"quiet"}}`, "-- quiet"},
		"recovered":            {`{"event":"$recovered","data":{"missed":37}}`, "-- messages arrive again; of those that can be counted, 37 were missed"},
		"recovered, one":       {`{"event":"$recovered","data":{"missed":1}}`, "-- messages arrive again; of those that can be counted, 1 was missed"},
		"recovered, none":      {`{"event":"$recovered","data":{"missed":0}}`, "-- messages arrive again; of those that can be counted, none was missed"},
		"recovered, unknown":   {`{"event":"$recovered"}`, "-- messages arrive again; how many were missed is not known"},
		"error":                {`{"event":"$error","data":{"code":"not_in_room","text":"join it"},"id":7}`, "-- error not_in_room: join it"},
		"acknowledgement":      {`{"event":"$ack","id":7}`, ""},
		"a terminal's command": {`{"event":"message","data":"\u001b[2J\u0007\u009b31m","from":"eve"}`, `eve: \x1b[2J\a\u009b31m`},
		"a second line":        {`{"event":"message","data":"x\nalice: I agree\r","from":"eve"}`, `eve: x\nalice: I agree\r`},
		"text that runs back":  {`{"event":"message","data":"\u202eevil\u2028","from":"eve"}`, `eve: \u202eevil\u2028`},
		"in the event's name":  {`{"event":"\u001b]0;x","from":"eve"}`, `eve [\x1b]0;x]`},
		"a name like a notice": {`{"event":"message","data":"x","from":"-- error"}`, `"-- error": x`},
		"other scripts":        {`{"event":"message","data":"こんにちは　世界 👩‍💻 é","from":"花子"}`, "花子: こんにちは　世界 👩‍💻 é"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := client.Message{Text: []byte(test.frame)}
			require.NoError(t, json.Unmarshal(m.Text, &m.Frame))
			require.Equal(t, test.want, readable(m, &known{}))
			require.Equal(t, test.frame, raw(m))
		})
	}
}

// Whoever has never been there was not away.
func TestNewcomerWasNotAway(t *testing.T) {
	var m client.Message
	require.NoError(t, json.Unmarshal([]byte(`{"event":"$caught-up","data":{"messages":2,"gone":0}}`), &m.Frame))
	require.Equal(t, "-- messages of the room before you came: 2", readable(m, &known{isNew: true}))
	require.Equal(t, "-- 2 messages while you were away", readable(m, &known{}))
}

// Somebody can have two connections, and has left when the last of them ends.
func TestWhoHasAnotherConnectionHasNotLeft(t *testing.T) {
	var k known
	for _, step := range []struct{ data, want string }{
		{`{"count":3,"present":["anna","anna","bob"]}`, "-- 3 here: anna, anna, bob"},
		{`{"count":2,"joined":[],"left":["anna"]}`, ""},
		{`{"count":3,"joined":["anna"],"left":[]}`, ""},
		{`{"count":2,"joined":["carol"],"left":["anna","anna"]}`, "-- anna left; carol joined (2 here)"},
		{`{"count":4,"joined":["anna","anna"],"left":[]}`, "-- anna joined (4 here)"},
		{`{"count":4,"joined":["anna"],"left":["anna"]}`, ""},
		{`{"count":4,"joined":["anna","anna"],"left":["anna","anna"]}`, ""},
		{`{"count":300,"joined":[],"left":["zoe"]}`, "-- zoe left (300 here)"}, // of whom nobody has told
		{`{"count":1,"present":["bob"]}`, "-- 1 here: bob"},
		{`{"count":2,"joined":["anna"],"left":[]}`, "-- anna joined (2 here)"},
	} {
		require.Equal(t, step.want, readable(client.Message{Frame: frame.Frame{Event: frame.EventPresence, Room: "go", Data: []byte(step.data)}}, &k), step.data)
		other := client.Message{Frame: frame.Frame{Event: frame.EventPresence, Room: "other", Data: []byte(`{"count":1,"present":["anna"]}`)}}
		require.Equal(t, "-- 1 here: anna", readable(other, &k), "rooms are their own")
	}
}

func recovered(missed string) string { return `{"event":"$recovered","data":{` + missed + `}}` }

// A node that learns of more says so by a further $recovered.
func TestNumberThatWasMissedIsCorrected(t *testing.T) {
	const degraded = `{"event":"$degraded","data":{"text":"quiet"}}`
	var last known
	for _, step := range []struct{ frame, want string }{
		{degraded, "-- quiet"},
		{recovered(`"missed":61`), "-- messages arrive again; of those that can be counted, 61 were missed"},
		{recovered(`"missed":122`), "-- more is known now: of the messages that can be counted, 122 were missed"},
		{recovered(`"missed":122`), ""},
		{recovered(`"missed":61`), ""},
		{recovered(``), ""},
		{recovered(`"missed":123`), "-- more is known now: of the messages that can be counted, 123 were missed"},
		{degraded, "-- quiet"},
		{recovered(`"missed":0`), "-- messages arrive again; of those that can be counted, none was missed"},
		{recovered(`"missed":1`), "-- more is known now: of the messages that can be counted, 1 was missed"},
		{degraded, "-- quiet"},
		{recovered(``), "-- messages arrive again; how many were missed is not known"},
		{recovered(`"missed":2`), "-- more is known now: of the messages that can be counted, 2 were missed"},
	} {
		var m client.Message
		require.NoError(t, json.Unmarshal([]byte(step.frame), &m.Frame))
		require.Equal(t, step.want, readable(m, &last), step.frame)
	}
}

// What a node has counted before a client came to it is none of that client's.
func TestEachConnectionHasOutagesOfItsOwn(t *testing.T) {
	var visits atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		frames := []string{`{"event":"$welcome","data":{"id":"a","name":"bob","room":"lobby","node":"n1"}}`, recovered(`"missed":61`), recovered(`"missed":122`)}
		if visits.Add(1) > 1 {
			frames = append(frames[:1], recovered(`"missed":7`))
		}
		for _, f := range frames {
			if conn.WriteMessage(websocket.TextMessage, []byte(f)) != nil {
				return
			}
		}
		if visits.Load() > 1 {
			_, _, _ = conn.ReadMessage() // until the other end goes
		}
	}))
	t.Cleanup(s.Close)
	bob := talking(t, Options{URLs: []string{s.URL}})
	bob.out.shows(t, "-- messages arrive again; of those that can be counted, 61 were missed\n"+
		"-- more is known now: of the messages that can be counted, 122 were missed\n"+
		"-- messages arrive again; of those that can be counted, 7 were missed\n")
}

func TestBytesAreNamedNotPrinted(t *testing.T) {
	m := client.Message{Frame: frame.Frame{Event: "binary"}, Binary: []byte{0, 27, 255}}
	require.Equal(t, "* [binary] 3 bytes", readable(m, &known{}))
	require.Equal(t, `{"event":"binary","data":{"$base64":"ABv/"}}`, raw(m))
}

func TestRawFrameStaysOnOneLine(t *testing.T) {
	require.Equal(t, `{"event":"x","data":[1,2]}`, raw(client.Message{Text: []byte("{\"event\":\"x\",\n\"data\":[1,\r\n2]}")}))
}
