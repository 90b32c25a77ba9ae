package talk

import (
	"encoding/json"
	"testing"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
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
		"joined and left":      {`{"event":"$presence","room":"r","data":{"count":3,"joined":["carol"],"left":["bob"]}}`, "-- carol joined; bob left (3 here)"},
		"degraded":             {`{"event":"$degraded","data":{"text":"quiet"}}`, "-- quiet"},
		"recovered":            {`{"event":"$recovered","data":{"missed":37}}`, "-- messages arrive again; 37 were missed"},
		"recovered, unknown":   {`{"event":"$recovered"}`, "-- messages arrive again"},
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
			require.Equal(t, test.want, readable(m))
			require.Equal(t, test.frame, raw(m))
		})
	}
}

func TestBytesAreNamedNotPrinted(t *testing.T) {
	m := client.Message{Frame: frame.Frame{Event: "binary"}, Binary: []byte{0, 27, 255}}
	require.Equal(t, "* [binary] 3 bytes", readable(m))
	require.Equal(t, `{"event":"binary","data":{"$base64":"ABv/"}}`, raw(m))
}

func TestRawFrameStaysOnOneLine(t *testing.T) {
	require.Equal(t, `{"event":"x","data":[1,2]}`, raw(client.Message{Text: []byte("{\"event\":\"x\",\n\"data\":[1,\r\n2]}")}))
}
