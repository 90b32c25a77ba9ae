package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// plainGlance is what Glance saves: see there.
func plainGlance(payload, room string) (pub string, seq uint64, ok bool) {
	e, err := DecodeEnvelope(payload)
	ok = err == nil && Reserved(e.Event) == "" && len(e.Rooms) == 1 && e.Rooms[0] == room
	return e.Pub, e.Seq, ok
}

func TestGlanceIsSureOfWhatNodesAndEmittersWrite(t *testing.T) {
	deep := strings.Repeat("[", pack.MaxDepth) + strings.Repeat("]", pack.MaxDepth)
	for name, e := range map[string]Envelope{
		"a line":             message,
		"an emitter's":       {UID: EmitterUID, Event: "message", Args: []any{json.RawMessage(`"hi"`)}, Rooms: []string{"lobby"}},
		"no argument":        {UID: "abc123", Event: "typing", Rooms: []string{"lobby"}, Pub: "p", Seq: 1},
		"bytes":              {UID: "abc123", Event: "binary", Args: []any{[]byte{0, 255}}, Rooms: []string{"lobby"}, Pub: "p", Seq: 1 << 40},
		"any JSON":           {UID: "abc123", Event: "e", Args: []any{json.RawMessage(`{"a":[1,-2,0.5,null,true,"é",1e300,-70000,18446744073709551615]}`)}, Rooms: []string{"lobby"}, Pub: "p", Seq: 300},
		"as deep as allowed": {UID: "abc123", Event: "e", Args: []any{json.RawMessage(deep)}, Rooms: []string{"lobby"}, Pub: "p", Seq: 70_000},
		"flags":              {UID: "abc123", Event: "e", Rooms: []string{"lobby"}, Except: []string{"a", "b"}, Flags: Flags{Volatile: true, Compress: true, Timeout: 5}, Pub: "p", Seq: 1},
		"long texts":         {UID: "abc123", Event: strings.Repeat("e", 70_000), Args: []any{json.RawMessage(`"` + strings.Repeat("x", 300) + `"`)}, Rooms: []string{"lobby"}, Pub: "p", Seq: 1},
		"before our time":    {UID: "abc123", Event: "e", Rooms: []string{"lobby"}, Pub: "p", Seq: 1, At: -7},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := e.Append(nil)
			require.NoError(t, err)
			pub, seq, ok := Glance(string(b), e.Rooms[0])
			require.True(t, ok)
			require.Equal(t, e.Pub, pub)
			require.Equal(t, e.Seq, seq)
			for n := range b {
				_, _, ok := Glance(string(b[:n]), e.Rooms[0])
				require.False(t, ok, "the first %d bytes", n)
			}
			_, _, ok = Glance(string(b)+"\xc0", e.Rooms[0])
			require.False(t, ok, "something behind it")
		})
	}
}

func TestGlanceLeavesToTheDecoderWhatItIsNotSureOf(t *testing.T) {
	const packet, opts = "\x83\xa4type\x02\xa4data\x91\xa1e\xa3nsp\xa1/", "\x81\xa5rooms\x91\xa5lobby"
	_, _, ok := Glance("\x93\xa1u"+packet+opts, "lobby")
	require.True(t, ok, "or the rest of this test says nothing")
	for name, payload := range map[string]string{
		"to two rooms":          "\x93\xa1u" + packet + "\x81\xa5rooms\x92\xa5lobby\xa3tea",
		"to another room":       "\x93\xa1u" + packet + "\x81\xa5rooms\x91\xa3tea",
		"to all":                "\x93\xa1u" + packet + "\x81\xa5rooms\x90",
		"to all, unsaid":        "\x93\xa1u" + packet + "\x80",
		"a reserved name":       "\x93\xa1u\x82\xa4type\x02\xa4data\x91\xa7connect" + opts,
		"no event's name":       "\x93\xa1u\x82\xa4type\x02\xa4data\x90" + opts,
		"no data":               "\x93\xa1u\x81\xa4type\x02" + opts,
		"no type":               "\x93\xa1u\x81\xa4data\x91\xa1e" + opts,
		"a packet of no event":  "\x93\xa1u\x82\xa4type\x03\xa4data\x91\xa1e" + opts,
		"another namespace":     "\x93\xa1u\x83\xa4type\x02\xa4data\x91\xa1e\xa3nsp\xa6/admin" + opts,
		"a list as options":     "\x93\xa1u" + packet + "\x90",
		"a pub that is a list":  "\x93\xa1u" + packet + "\x82\xa5rooms\x91\xa5lobby\xa3pub\x90",
		"a pub that is no text": "\x93\xa1u" + packet + "\x82\xa5rooms\x91\xa5lobby\xa3pub\xa1\xff",
		"a seq below zero":      "\x93\xa1u" + packet + "\x82\xa5rooms\x91\xa5lobby\xa3seq\xff",
		"too deep":              "\x93\xa1u\x82\xa4type\x02\xa4data\x92\xa1e" + strings.Repeat("\x91", pack.MaxDepth+1) + "\xc0" + opts,
		"more than there is":    "\x93\xa1u\x82\xa4type\x02\xa4data\xdd\xff\xff\xff\xff\xa1e" + opts,
		"a date":                "\x93\xa1u\x82\xa4type\x02\xa4data\x92\xa1e\xd6\xff\x00\x00\x00\x00" + opts,
		"nothing":               "",
	} {
		_, _, ok := Glance(payload, "lobby")
		require.False(t, ok, name)
	}
}

func TestGlanceAllocatesNothing(t *testing.T) {
	b, err := message.Append(nil)
	require.NoError(t, err)
	payload, room := string(b), message.Rooms[0]
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, _, ok := Glance(payload, room); !ok {
			t.Error("not sure")
		}
	}))
}

// FuzzGlance compares both ways, for anything that somebody may publish.
func FuzzGlance(f *testing.F) {
	seed, _ := message.Append(nil)
	f.Add(string(seed), message.Rooms[0])
	other, _ := (&Envelope{UID: EmitterUID, Event: "e", Args: []any{json.RawMessage(`[{"a":-1.5}]`), []byte{1}}, Rooms: []string{"r"}, Flags: Flags{Timeout: 5}}).Append(nil)
	f.Add(string(other), "r")
	f.Add("\x93\xa1u\x84\xa4type\x03\xa4type\x02\xa4data\x91\xa1e\xa3nsp\xa1/\x84\xa5rooms\x90\xa5rooms\x91\xa1r\xa3seq\x05\xa3seq\x07", "r") // what is said twice
	f.Fuzz(func(t *testing.T, payload, room string) {
		pub, seq, ok := Glance(payload, room)
		if !ok {
			return
		}
		plainPub, plainSeq, plainOK := plainGlance(payload, room)
		require.True(t, plainOK)
		require.Equal(t, plainPub, pub)
		require.Equal(t, plainSeq, seq)
	})
}

func BenchmarkGlance(b *testing.B) {
	buf, _ := message.Append(nil)
	payload, room := string(buf), message.Rooms[0]
	for name, look := range map[string]func(payload, room string) (string, uint64, bool){"fast": Glance, "plain": plainGlance} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, ok := look(payload, room); !ok {
					b.Fatal("not sure")
				}
			}
		})
	}
}
