package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// Odd, but not wrong: such frames arrive as they were sent, and harm nobody on the way.
func TestOddFramesArriveAsTheyWereSent(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("<b>alice</b>", "go"), n.Enter("bob", "go")
	const html = `<script>alert("1")</script><img src=x onerror='alert(2)'>&amp;</body>`
	quoted, err := json.Marshal(html)
	require.NoError(t, err)
	event64 := strings.Repeat("x", 61) + "本"
	flat := `["` + strings.Repeat(`[{\"`, 100) + `"]` // brackets in a string are no nesting
	for name, test := range map[string]struct{ frame, event, data string }{
		"unknown fields":          {`{"event":"message","data":1,"to":"carol","rooms":["rust"],"":{}}`, "message", "1"},
		"forged fields":           {`{"event":"message","data":1,"from":"bob","at":"2001-01-01T00:00:00.000Z"}`, "message", "1"},
		"of two keys the last":    {`{"event":"one","data":[1,2,3],"event":"two","data":4,"room":"nowhere","room":"go"}`, "two", "4"},
		"keys in any case":        {`{"Event":"message","DATA":1,"event":"$x","EVENT":"message"}`, "message", "1"},
		"keys with escapes":       {`{"\u0065vent":"message","dat\u0061":1}`, "message", "1"},
		"of keys within the last": {`{"event":"message","data":{"a":1,"a":2}}`, "message", `{"a":1,"a":2}`}, // the reader decides
		"64 deep":                 {`{"event":"message","data":` + chattest.Nested(64) + `}`, "message", chattest.Nested(64)},
		"flat, with brackets":     {`{"event":"message","data":` + flat + `}`, "message", flat},
		"shallow":                 {`{"event":"message","data":[[],[],{"a":[]}]}`, "message", `[[],[],{"a":[]}]`},
		"a huge number":           {`{"event":"message","data":1e400}`, "message", "1e400"},
		"a number of 5,000":       {`{"event":"message","data":-` + strings.Repeat("9", 5000) + `}`, "message", "-" + strings.Repeat("9", 5000)},
		"a tiny number":           {`{"event":"message","data":1e-999999999}`, "message", "1e-999999999"},
		"half a pair":             {`{"event":"message","data":"\ud800 \udc00\ud800"}`, "message", `"\ud800 \udc00\ud800"`},
		"an event of half a pair": {`{"event":"\ud800"}`, "\ufffd", ""},
		"zero, escaped":           {`{"event":"\u0000","data":"\u0000"}`, "\x00", `"\u0000"`},
		"an event of 64 bytes":    {`{"event":"` + event64 + `"}`, event64, ""},
		"a name of the language":  {`{"event":"__proto__","data":{"__proto__":{"admin":true}}}`, "__proto__", `{"__proto__":{"admin":true}}`},
		"HTML in everything":      {`{"event":"<b>x</b>","data":` + string(quoted) + `}`, "<b>x</b>", string(quoted)},
		"text that turns":         {`{"event":"message","data":"a\u202eb` + "\u202e" + `"}`, "message", `"a\u202eb` + "\u202e" + `"`},
		"line separators":         {"{\"event\":\"\u2028\",\"data\":\"\u2028\u2029\"}", "\u2028", "\"\u2028\u2029\""},
		"spaces around it":        {" \n\t\r{ \"event\" : \"message\" , \"data\" : null } \n", "message", "null"},
		"a terminal's commands":   {`{"event":"message","data":"\u001b[2J\u0007"}`, "message", `"\u001b[2J\u0007"`},
	} {
		t.Run(name, func(t *testing.T) {
			alice.Says(test.frame)
			f := bob.Next()
			require.Equal(t, test.event, f.Event)
			require.Equal(t, test.data, string(f.Data))
			require.Equal(t, "go", f.Room)
			require.Equal(t, alice.Name, f.From, "never what a frame says")
			require.NotContains(t, f.At, "2001")
		})
	}
	alice.HearsNothing() // no error, and not itself
	bob.HearsNothing()
	alice.Says(`{"event":"message","Event":"$welcome"}`)
	require.Contains(t, string(alice.Next().Data), `"reserved_event"`, "a key in another case hides nothing")
}

func TestRoomsOfUpTo64BytesAreJoined(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", strings.Repeat("🙂", 16))
	alice.Does(`{"event":"join","data":"%s","id":1}`, bob.Room)
	alice.Says(`{"event":"message","data":1,"room":"` + bob.Room + `"}`)
	bob.Hears("1")
}
