package entry_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/no-message-lost/entry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var said = wire.Envelope{
	Event: "message", Encoded: pack.Value(`"hi"`), Rooms: []string{"lobby"}, Except: []string{"k1qRUNGTrujnh1dS_jSa"},
	Flags: wire.Flags{Broadcast: true}, Pub: "p1", Seq: 7, From: "alice", At: 1767366245678,
}

func Example() {
	data, err := entry.AppendData(nil, &said)
	fmt.Println(string(data), err)
	back, err := entry.Decode(string(data))
	fmt.Printf("%s says %s in %s: %v\n", back.From, back.Args[0], back.Rooms, err)
	// Output:
	// {"packet":{"type":2,"data":["message","hi"],"nsp":"/"},"opts":{"rooms":["lobby"],"except":["k1qRUNGTrujnh1dS_jSa"],"flags":{"broadcast":true},"pub":"p1","seq":7,"from":"alice","at":1767366245678}} <nil>
	// alice says "hi" in [lobby]: <nil>
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	for what, e := range map[string]wire.Envelope{
		"a message":       said,
		"an odd name":     {Event: "a\"b\n本", Encoded: pack.Value(`{"a":[1,2.5,null,"\u2028"]}`), From: `"`, Pub: "p", Seq: 1},
		"no data":         {Event: "joined", Rooms: []string{"a", "b"}, Pub: "p", Seq: 1 << 60},
		"nothing of ours": {Event: "message", Encoded: pack.Value(`1`)},
		"bytes":           {Event: "binary", Args: []any{[]byte{0, 1, 0xff}}, Rooms: []string{"lobby"}, Pub: "p", Seq: 2, From: "alice", At: 5},
		"bytes and more":  {Event: "x", Encoded: pack.Value(`{"a":1}`), Args: []any{[]byte("b")}},
	} {
		data, err := entry.AppendData([]byte("before"), &e)
		require.NoError(t, err, what)
		text, ok := strings.CutPrefix(string(data), "before")
		require.True(t, ok, what)
		back, err := entry.Decode(text)
		require.NoError(t, err, what)
		want := e
		if e.Encoded != nil {
			want.Args, want.Encoded = append([]any{json.RawMessage(e.Encoded)}, e.Args...), nil
		}
		require.Equal(t, len(want.Args), len(back.Args), what)
		for i, arg := range want.Args {
			if text, ok := arg.(json.RawMessage); ok {
				require.JSONEq(t, string(text), string(back.Args[i].(json.RawMessage)), what)
			} else {
				require.Equal(t, arg, back.Args[i], what)
			}
		}
		want.Args, back.Args = nil, nil
		if want.Rooms == nil {
			want.Rooms = back.Rooms
			require.Empty(t, back.Rooms, what)
		}
		if want.Except == nil {
			require.Empty(t, back.Except, what)
			want.Except = back.Except
		}
		require.Equal(t, want, back, what)
	}
}

// As the adapter writes them: copied from what a server on it has added.
func TestEntriesOfNodeJSAreRead(t *testing.T) {
	for data, want := range map[string]wire.Envelope{
		`{"packet":{"type":2,"data":["message","hi",{"a":1}],"nsp":"/"},"opts":{"rooms":["lobby"],"except":[],"flags":{}}}`: {
			Event: "message", Args: []any{json.RawMessage(`"hi"`), json.RawMessage(`{"a":1}`)}, Rooms: []string{"lobby"}},
		"gqZwYWNrZXSDpHR5cGUCpGRhdGGSpWltYWdlxAMBAgOjbnNwoS+kb3B0c4Olcm9vbXORpWxvYmJ5pmV4Y2VwdJClZmxhZ3OA": {
			Event: "image", Args: []any{[]byte{1, 2, 3}}, Rooms: []string{"lobby"}},
	} {
		got, err := entry.Decode(data)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestWhatIsNoMessageIsToldAndNeverFatal(t *testing.T) {
	for _, data := range []string{"", "{", "!", "null", `{"packet":1}`, `{"opts":{}}`, `{"packet":{"type":3,"data":["x"],"nsp":"/"}}`, "gg==",
		`{"packet":{"type":2,"data":["x"` + strings.Repeat(",[", 1000) + strings.Repeat("]", 1000) + `],"nsp":"/"}}`} {
		_, err := entry.Decode(data)
		require.Error(t, err, data)
	}
}

// FuzzDecode: whatever stands there, reading it ends, with a message or an error.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "{", "gg==", `{"packet":{"type":2,"data":["x"],"nsp":"/"},"opts":{"rooms":[]}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) { _, _ = entry.Decode(data) })
}
