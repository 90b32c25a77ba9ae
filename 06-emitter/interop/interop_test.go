package interop

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNodeJSBelongsToTheCluster(t *testing.T) {
	c := startCluster(t)
	emit := func(to, except []string, event string, args ...any) {
		t.Helper()
		c.npm.tell(map[string]any{"to": to, "except": except, "event": event, "args": args})
		require.Equal(t, "true", c.npm.next())
	}
	none := []string{}

	t.Run("the npm emitter reaches our clients", func(t *testing.T) {
		emit(none, none, "message", "Hello!")
		c.hears(t, `["message","Hello!"]`, c.ann, c.ben, c.cleo, c.dan)
		emit([]string{"lobby"}, none, "message", "room")
		c.hears(t, `["message","room"]`, c.ann, c.cleo)
		emit([]string{"lobby", "go"}, none, "message", "two rooms")
		c.hears(t, `["message","two rooms"]`, c.ann, c.ben, c.cleo)
		emit(none, []string{"lobby"}, "message", "except")
		c.hears(t, `["message","except"]`, c.ben, c.dan)

		emit([]string{"go"}, none, "numbers", map[string]any{"z": 1, "a": []any{-1.5, nil, true}})
		c.hears(t, `["numbers",{"a":[-1.5,null,true],"z":1}]`, c.ben) // json.Marshal has sorted the keys on their way there
		emit([]string{"go"}, none, "two", "grüße", "世界")
		c.hears(t, `["two",["grüße","世界"]]`, c.ben)
		emit([]string{"go"}, none, "binary", map[string]string{"$base64": "AP+A"})
		c.hears(t, `["binary",{"$base64":"AP+A"}]`, c.ben)
	})

	t.Run("our emitter reaches the clients of Node.js", func(t *testing.T) {
		for _, to := range []struct {
			rooms, except []string
			who           []*person
		}{
			{nil, nil, c.everybody()},
			{[]string{"lobby"}, nil, []*person{c.ann, c.cleo}},
			{nil, []string{"lobby"}, []*person{c.ben, c.dan}},
			{[]string{"lobby", "go"}, []string{"go"}, []*person{c.ann, c.cleo}},
		} {
			receipt, err := c.emitter.To(to.rooms...).Except(to.except...).Emit(t.Context(), "message", json.RawMessage(`{"n":9007199254740991}`))
			require.NoError(t, err)
			require.Equal(t, 2, receipt.Replicas)
			c.hears(t, `["message",{"n":9007199254740991}]`, to.who...)
		}
		_, err := c.emitter.To("lobby").Emit(t.Context(), "binary", []byte{0, 255, 128})
		require.NoError(t, err)
		c.hears(t, `["binary",{"$base64":"AP+A"}]`, c.ann, c.cleo)
	})

	t.Run("messages pass both ways and their sender does not get them", func(t *testing.T) {
		c.ann.send("lobby", "message", "from ours")
		c.hears(t, `["message","from ours"]`, c.cleo)
		c.cleo.send("lobby", "message", "from theirs")
		c.hears(t, `["message","from theirs"]`, c.ann)
		c.dan.send("", "message", "to all but me")
		c.hears(t, `["message","to all but me"]`, c.ann, c.ben, c.cleo)
		c.dan.send("go", "message", "into a room")
		c.hears(t, `["message","into a room"]`, c.ben)
		c.ann.send("lobby", "shape", map[string]any{"x": 0.25, "text": "\u0000\"🦊"})
		c.hears(t, `["shape",{"text":"\u0000\"🦊","x":0.25}]`, c.cleo)
	})

	t.Run("no guest of ours cuts off the clients of Node.js", func(t *testing.T) {
		for _, event := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
			c.ann.send("lobby", event, "boo")
			require.Contains(t, c.ann.next(), `["$error",{"code":"reserved_event"`, event)
		}
		c.hears(t, "") // and everybody is still there
	})
}
