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
		"uid is broken":                "93c183a47479706502a46461746191a161a36e7370a12f80",
		"no packet":                    "93a161c080",
		"packet without data":          "93a16181a4747970650280",
		"packet of another type":       "93a16182a47479706500a46461746191a16180",
		"packet without a type":        "93a16181a46461746191a16180",
		"other namespace":              "93a16183a47479706502a46461746191a161a36e7370a22f6180",
		"event is null":                "93a16182a47479706502a46461746191c0 80",
		"event is bytes":               "93a16182a47479706502a46461746191c40161 80",
		"event is a list":              "93a16182a47479706502a4646174619191a161 80",
		"type is a list":               "93a16182a4747970659102a46461746191a161 80",
		"type has a fraction":          "93a16182a474797065ca40200000a46461746191a161 80",
		"nsp is null":                  "93a16183a47479706502a46461746191a161a36e7370c0 80",
		"packet is a list":             "93a1619080",
		"event is missing":             "93a16182a47479706502a46461746190 80",
		"opts is null":                 head + "c0",
		"opts is a string":             head + "a161",
		"rooms is a map":               head + "81a5726f6f6d7380",
		"rooms is a number":            head + "81a5726f6f6d7301",
		"a room is broken":             head + "81a5726f6f6d7391c1",
		"what is behind opts is cut":   "94" + head[2:] + "80",
		"bytes follow":                 head + "80c0",
		"cut short":                    head,
		"code that is never used":      "93a7656d697474657283a47479706502a46461746192a463686174c1a36e7370a12f80",
		"a string that is not there":   head + "81a370756 2dbffffffff",
		"4 billion rooms":              head + "81a5726f6f6d73ddffffffff",
		"4 billion arguments":          "93a16182a47479706502a464617461ddffffffffa16180",
		"4 billion keys":               head + "dfffffffff",
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

// What @socket.io/redis-adapter 8.3 delivers: the test in 06-emitter/interop asks it.
func TestPayloadsThatAreTakenAsTheAdapterTakesThem(t *testing.T) {
	const head = "93a7656d697474657283a47479706502a46461746192a463686174a26869a36e7370a12f"
	chat := func(change func(e *Envelope)) Envelope {
		e := Envelope{UID: EmitterUID, Event: "chat", Args: []any{json.RawMessage(`"hi"`)}}
		change(&e)
		return e
	}
	plain := chat(func(*Envelope) {})
	uid := chat(func(e *Envelope) { e.UID = "" })
	of := func(event string, args ...any) Envelope { return Envelope{UID: "a", Event: event, Args: args} }
	rooms := func(list ...string) Envelope { return chat(func(e *Envelope) { e.Rooms = list }) }
	for name, test := range map[string]struct {
		payload string
		want    Envelope
	}{
		"uid is a number":         {"9307" + head[18:] + "80", uid},
		"uid is null":             {"93c0" + head[18:] + "80", uid},
		"uid is a fraction":       {"93cb3ff8000000000000" + head[18:] + "80", uid},
		"uid is a map":            {"9381a16190" + head[18:] + "80", uid},
		"something behind opts":   {"95" + head[2:] + "80 c0 9101", plain},
		"opts is an empty list":   {head + "90", plain},
		"opts is a list":          {head + "9201a5726f6f6d73", plain},
		"opts is bytes":           {head + "c400", plain},
		"flags is an empty list":  {head + "81a5666c61677390", plain},
		"flags is null":           {head + "81a5666c616773c0", plain},
		"flags is a string":       {head + "81a5666c616773a161", plain},
		"flags is true":           {head + "81a5666c616773c3", plain},
		"a flag is a string":      {head + "81a5666c61677381a8766f6c6174696c65a161", chat(func(e *Envelope) { e.Flags.Volatile = true })},
		"a flag is empty":         {head + "81a5666c61677381a8766f6c6174696c65a0", plain},
		"a flag is 0":             {head + "81a5666c61677381a8766f6c6174696c6500", plain},
		"a flag is 1":             {head + "81a5666c61677381a8766f6c6174696c6501", chat(func(e *Envelope) { e.Flags.Volatile = true })},
		"a flag is NaN":           {head + "81a5666c61677381a8766f6c6174696c65cb7ff8000000000001", plain},
		"a flag is 0.5":           {head + "81a5666c61677381a8766f6c6174696c65cb3fe0000000000000", chat(func(e *Envelope) { e.Flags.Volatile = true })},
		"a flag is undefined":     {head + "81a5666c61677381a8766f6c6174696c65d40000", plain},
		"a flag is a list":        {head + "81a5666c61677381a8766f6c6174696c6590", chat(func(e *Envelope) { e.Flags.Volatile = true })},
		"a flag's key is null":    {head + "81a5666c61677381c001", plain},
		"timeout is a fraction":   {head + "81a5666c61677381a774696d656f7574cb3ff8000000000000", plain},
		"timeout is a float":      {head + "81a5666c61677381a774696d656f7574cb4014000000000000", chat(func(e *Envelope) { e.Flags.Timeout = 5 })},
		"timeout is a string":     {head + "81a5666c61677381a774696d656f7574a135", plain},
		"rooms is null":           {head + "81a5726f6f6d73c0", plain},
		"rooms is undefined":      {head + "81a5726f6f6d73d40000", plain},
		"rooms is a string":       {head + "81a5726f6f6d73a3c3a962", rooms("é", "b")},
		"rooms is an empty text":  {head + "81a5726f6f6d73a0", plain},
		"rooms of other types":    {head + "81a5726f6f6d7396c3c0a1729080c40172", rooms("r")},
		"rooms that are numbers":  {head + "81a5726f6f6d739407f9cb3fe0000000000000cb4014000000000000", rooms("7", "-7", "0.5", "5")},
		"rooms of other kinds":    {head + "81a5726f6f6d7392c0c2", rooms("")},
		"except is [null]":        {head + "81a665786365707491c0", chat(func(e *Envelope) { e.Except = []string{} })},
		"except of other types":   {head + "81a665786365707494c3d40000a17280", chat(func(e *Envelope) { e.Except = []string{"r"} })},
		"except is null":          {head + "81a6657863657074c0", plain},
		"seq is negative":         {head + "81a3736571ff", plain},
		"seq is a string":         {head + "81a3736571a131", plain},
		"seq is a fraction":       {head + "81a3736571cb3ff8000000000000", plain},
		"seq is a float":          {head + "81a3736571cb4014000000000000", chat(func(e *Envelope) { e.Seq = 5 })},
		"seq is a negative float": {head + "81a3736571cbc014000000000000", plain},
		"seq is an endless float": {head + "81a3736571cb7ff0000000000000", plain},
		"seq is null":             {head + "81a3736571c0", plain},
		"at is null":              {head + "81a26174c0", plain},
		"at is too large":         {head + "81a26174cfffffffffffffffff", plain},
		"at is a large float":     {head + "81a26174cb43e0000000000000", plain},
		"at is a float":           {head + "81a26174cb4014000000000000", chat(func(e *Envelope) { e.At = 5 })},
		"at is a date":            {head + "81a26174d6ff00000001", plain},
		"pub is a number":         {head + "81a370756201", plain},
		"from is bytes":           {head + "81a466726f6dc40161", plain},
		"from is a map":           {head + "81a466726f6d8101c0", plain},
		"keys of other kinds":     {head + "87c0c0c3c0cb3ff8000000000000c09001800107c0d4000001", plain},
		"a key is bytes":          {head + "81c405726f6f6d7391a172", rooms("r")},
		"event is a number":       {"93a16182a4747970650 2a4646174619107 80", of("7")},
		"event is a fraction":     {"93a16182a47479706502a46461746191cb3fe0000000000000 80", of("0.5")},
		"event is 1e-7":           {"93a16182a47479706502a46461746191cb3e7ad7f29abcaf48 80", of("1e-7")},
		"event is 1e21":           {"93a16182a47479706502a46461746191cb444b1ae4d6e2ef50 80", of("1e+21")},
		"event is -0":             {"93a16182a47479706502a46461746191cb8000000000000000 80", of("0")},
		"event is a large number": {"93a16182a47479706502a46461746191cfffffffffffffffff 80", of("18446744073709551615")},
		"event is empty":          {"93a16182a47479706502a46461746192a00180", of("", json.RawMessage("1"))},
		"type is a string":        {"93a16182a474797065a132a46461746191a16180", of("a")},
		"type is a float":         {"93a16182a474797065cb4000000000000000a46461746191a16180", of("a")},
		"nsp is undefined":        {"93a16183a47479706502a46461746191a161a36e7370d4000080", of("a")},
		"keys of an argument": {"93a16182a47479706502a46461746192a161 89c001c202cb3fe000000000000003d4000004c4016105900680078101c008cb7ff800000000000109 80",
			of("a", json.RawMessage(`{"null":1,"false":2,"0.5":3,"undefined":4,"a":5,"[object Object]":6,"[object Object]":7,"[object Object]":8,"NaN":9}`))},
	} {
		t.Run(name, func(t *testing.T) {
			payload := string(unhex(t, test.payload))
			e, err := DecodeEnvelope(payload)
			require.NoError(t, err)
			require.Equal(t, test.want, e)
			pub, seq, err := DecodeNumber(payload)
			require.NoError(t, err)
			require.Equal(t, e.Pub, pub)
			require.Equal(t, e.Seq, seq)
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
