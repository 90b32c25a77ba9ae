package wire

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/pack"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// The two vectors of the wire's description, written down by hand.
func TestEmitterAndAdapterOrderTheKeysOfOptsDifferently(t *testing.T) {
	for uid, want := range map[string]string{
		"emitter": "93a7656d697474657283a47479706502a46461746192a463686174a26869a36e7370a12f83a5726f6f6d7390a5666c61677380a665786365707490",
		"abc123":  "93a661626331323383a47479706502a46461746192a463686174a26869a36e7370a12f83a5726f6f6d7390a665786365707490a5666c61677380",
	} {
		e := Envelope{UID: uid, Event: "chat", Args: []any{json.RawMessage(`"hi"`)}}
		got, err := e.Append(nil)
		require.NoError(t, err)
		require.Equal(t, want, hex.EncodeToString(got))
		require.Equal(t, "socket.io#/#", e.Channel("socket.io"))
	}
}

// What the npm packages published: testdata/vectors.js says how.
func TestBytesAreThoseOfTheNpmPackages(t *testing.T) {
	file, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var vectors []struct {
		Name, Channel, Hex string
		DecodeOnly         bool
		Args               []struct {
			JSON *string
			Bin  []byte
		}
	}
	require.NoError(t, json.Unmarshal(file, &vectors))
	require.Greater(t, len(vectors), 50)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			payload := unhex(t, v.Hex)
			e, err := DecodeEnvelope(string(payload))
			require.NoError(t, err)
			require.Equal(t, "chat", e.Event)
			require.Equal(t, v.Channel, e.Channel("socket.io"))
			require.Len(t, e.Args, len(v.Args))
			for i, want := range v.Args {
				if want.JSON == nil {
					require.Equal(t, want.Bin, e.Args[i])
				} else {
					require.JSONEq(t, *want.JSON, string(e.Args[i].(json.RawMessage)))
					e.Args[i] = json.RawMessage(*want.JSON) // Node.js's own text, for the way back
				}
			}
			if !v.DecodeOnly {
				again, err := e.Append(nil)
				require.NoError(t, err)
				require.Equal(t, v.Hex, hex.EncodeToString(again))
			}
		})
	}
}

func TestOurKeysTravelInOpts(t *testing.T) {
	for _, uid := range []string{EmitterUID, "abc123"} {
		want := Envelope{
			UID: uid, Event: "message", Args: []any{json.RawMessage(`{"a":[1,2]}`), []byte{0, 255}, []byte{}},
			Rooms: []string{"a", "b"}, Except: []string{"c"},
			Flags: Flags{Volatile: true, Compress: true, Local: true, Broadcast: true, Binary: true, Timeout: 70000},
			Pub:   "p", Seq: math.MaxUint64, From: "zoë", At: 1767366245678,
		}
		b, err := want.Append([]byte("kept"))
		require.NoError(t, err)
		require.Equal(t, "kept", string(b[:4]))
		got, err := DecodeEnvelope(string(b[4:]))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestArgumentsThatAreRefused(t *testing.T) {
	deep := strings.Repeat("[", pack.MaxDepth+1) + strings.Repeat("]", pack.MaxDepth+1)
	for _, arg := range []any{
		nil, "text", 7, json.RawMessage(nil), json.RawMessage("1 2"), json.RawMessage("1e400"), json.RawMessage(deep),
	} {
		e := Envelope{UID: EmitterUID, Event: "chat", Args: []any{arg}}
		b, err := e.Append([]byte("kept"))
		require.ErrorContains(t, err, "argument 1", "%v", arg)
		require.Equal(t, "kept", string(b))
	}
}

// head is a sound payload as far as opts.
func TestPayloadsThatAreRefused(t *testing.T) {
	const head = "93a7656d697474657283a47479706502a46461746192a463686174a26869a36e7370a12f"
	for name, payload := range map[string]string{
		"nothing at all":               "",
		"no array":                     "80",
		"too short":                    "92a161a162",
		"uid is a number":              "930180 80",
		"no packet":                    "93a161c080",
		"packet without data":          "93a16181a4747970650280",
		"packet of another type":       "93a16182a47479706500a46461746191a16180",
		"packet without a type":        "93a16181a46461746191a16180",
		"other namespace":              "93a16183a47479706502a46461746191a161a36e7370a22f6180",
		"event is a number":            "93a16182a47479706502a4646174619101 80",
		"event is missing":             "93a16182a47479706502a46461746190 80",
		"opts is null":                 head + "c0",
		"rooms is a string":            head + "81a5726f6f6d73a161",
		"a room is a boolean":          head + "81a5726f6f6d7391c3",
		"flags is an array":            head + "81a5666c61677390",
		"a flag is a string":           head + "81a5666c61677381a8766f6c6174696c65a161",
		"timeout is a fraction":        head + "81a5666c61677381a774696d656f7574cb3ff8000000000000",
		"seq is negative":              head + "81a3736571ff",
		"seq is a string":              head + "81a3736571a131",
		"at is null":                   head + "81a26174c0",
		"at is too large":              head + "81a26174cfffffffffffffffff",
		"pub is a number":              head + "81a370756201",
		"from is bytes":                head + "81a466726f6dc40161",
		"bytes follow":                 head + "80c0",
		"cut short":                    head,
		"code that is never used":      "93a7656d697474657283a47479706502a46461746192a463686174c1a36e7370a12f80",
		"a string that is not there":   head + "81a370756 2dbffffffff",
		"4 billion rooms":              head + "81a5726f6f6d73ddffffffff",
		"4 billion arguments":          "93a16182a47479706502a464617461ddffffffffa16180",
		"4 billion keys":               head + "dfffffffff",
		"a key that is a list":         "93a16182a47479706502a46461746192a161819001 80",
		"unknown key, nested too deep": head + "81a178" + strings.Repeat("91", 100) + "c0",
	} {
		t.Run(name, func(t *testing.T) {
			e, err := DecodeEnvelope(string(unhex(t, payload)))
			require.Error(t, err)
			require.Zero(t, e)
			t.Log(err)
		})
	}
}

func TestErrorAboutALongKeyIsShort(t *testing.T) {
	key := strings.Repeat("k", 1<<16-1)
	payload := "\x93\xa7emitter\x81" + "\xda\xff\xff" + key + "\xc1" // a packet whose one value is nothing
	_, err := DecodeEnvelope(payload)
	require.ErrorContains(t, err, "packet: \"kkk")
	require.Less(t, len(err.Error()), 300)
}

func TestEveryPrefixOfAPayloadIsRefused(t *testing.T) {
	e := Envelope{UID: "abc123", Event: "x", Args: []any{json.RawMessage(`{"a":[1.5,-70000]}`), []byte("b")}, Rooms: []string{"r"}, Pub: "p", Seq: 300, At: 1e12}
	b, err := e.Append(nil)
	require.NoError(t, err)
	for n := range b {
		_, err := DecodeEnvelope(string(b[:n]))
		require.Error(t, err, "the first %d bytes", n)
	}
}

func TestWhatWeDoNotKnowIsIgnored(t *testing.T) {
	const packet = "84a3666f6f81a16101a47479706505a46461746191a163a26964c0" // foo, type 5, no nsp, id
	e, err := DecodeEnvelope(string(unhex(t, "93a161"+packet+
		"86 a46d6f7265929180c4026162 a5666c61677382a15800a96262726f6164636173c3 a5726f6f6d73c0 07c0 a6657863657074910a a6657863657074 91a16b")))
	require.NoError(t, err)
	require.Equal(t, Envelope{UID: "a", Event: "c", Except: []string{"k"}}, e)
}

func TestWhatIsNotUTF8IsReplaced(t *testing.T) {
	e := Envelope{UID: "a", Event: "x\xff", Args: []any{json.RawMessage("\"\xff\"")}, Rooms: []string{"\xc3"}}
	b, err := e.Append(nil)
	require.NoError(t, err)
	got, err := DecodeEnvelope(string(b))
	require.NoError(t, err)
	require.Equal(t, "x\uFFFD", got.Event)
	require.Equal(t, []string{"\uFFFD"}, got.Rooms)
	require.Equal(t, json.RawMessage(`"`+"\uFFFD"+`"`), got.Args[0])
}

var message = Envelope{
	UID: "abc123", Event: "message", Args: []any{json.RawMessage(`"` + strings.Repeat("hello ", 20) + `"`)},
	Rooms: []string{"lobby"}, Except: []string{"aSocketsIdOf20Charac"}, Pub: "5f0c2a9e41d7b386", Seq: 123456, From: "alice", At: 1767366245678,
}
