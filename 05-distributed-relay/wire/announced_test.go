package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// announced are payloads of a few bytes that promise 2³²-1 of something.
var announced = func() map[string]string {
	all := map[string]string{}
	const sound = "\x93\xa1a\x83\xa4type\x02\xa4data\x91\xa1e\xa3nsp\xa1/"
	for name, head := range map[string]string{
		"array": "\xdd\xff\xff\xff\xff", "map": "\xdf\xff\xff\xff\xff", "string": "\xdb\xff\xff\xff\xff",
		"bytes": "\xc6\xff\xff\xff\xff", "ext": "\xc9\xff\xff\xff\xff\x01",
	} {
		all[name] = head
		all["uid: "+name] = "\x93" + head
		all["packet: "+name] = "\x93\xa1a" + head
		all["key of the packet: "+name] = "\x93\xa1a\x81" + head
		all["data: "+name] = "\x93\xa1a\x82\xa4type\x02\xa4data" + head
		all["event: "+name] = "\x93\xa1a\x82\xa4type\x02\xa4data\x92" + head
		all["argument: "+name] = "\x93\xa1a\x82\xa4type\x02\xa4data\x92\xa1e" + head
		all["within an argument: "+name] = "\x93\xa1a\x82\xa4type\x02\xa4data\x92\xa1e\x91" + head
		all["unknown key: "+name] = "\x93\xa1a\x82\xa4type\x02\xa3foo" + head
		for _, key := range []string{"\xa5rooms", "\xa6except", "\xa5flags", "\xa3pub", "\xa3seq", "\xa4from", "\xa2at", "\xa3foo", "\xa6joined", "\xa4left", "\xa4node", "\xa1n", "\xa5whole"} {
			all[key[1:]+": "+name] = sound + "\x81" + key + head
			all["of a map, "+key[1:]+": "+name] = "\x81" + key + head // of a probe, of presence
		}
		all["room: "+name] = sound + "\x81\xa5rooms\x91" + head
		all["who came: "+name] = "\x81\xa6joined\x81\xa1r" + head
		all["name of who came: "+name] = "\x81\xa6joined\x81\xa1r\x91" + head
		all["room of who came: "+name] = "\x81\xa6joined\x81" + head
	}
	return all
}()

// bytesFor is what f allocates in one run, on the average of many.
func bytesFor(f func()) uint64 {
	const runs = 100
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

func TestNothingIsAllocatedForWhatIsOnlyAnnounced(t *testing.T) {
	for name, payload := range announced {
		t.Run(name, func(t *testing.T) {
			for what, decode := range map[string]func() error{
				"envelope": func() error { _, err := DecodeEnvelope(payload); return err },
				"number":   func() error { _, _, err := DecodeNumber(payload); return err },
				"probe":    func() error { _, err := DecodeProbe(payload); return err },
				"presence": func() error { _, _, err := DecodePresence(payload); return err },
			} {
				require.Error(t, decode(), what)
				require.Less(t, bytesFor(func() { _ = decode() }), uint64(4<<10), "%s: the error alone", what)
			}
		})
	}
}

// What is there, and of which each byte would become many.
func TestWhatIsDecodedIsASmallMultipleOfWhatCame(t *testing.T) {
	const many = 1 << 17         // more than anybody's arguments and rooms
	list := func(n int) string { // an array's head
		return string([]byte{0xdd, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	data := func(n int, arguments string) string {
		return "\x93\xa1a\x82\xa4type\x02\xa4data" + list(n) + "\xa1e" + arguments + "\x80"
	}
	opts := func(key, value string) string {
		return "\x93\xa1a\x82\xa4type\x02\xa4data\x91\xa1e\x81" + key + value
	}
	for name, payload := range map[string]string{
		"arguments":           data(1+many, strings.Repeat("\xc0", many)),
		"rooms":               opts("\xa5rooms", list(many)+strings.Repeat("\xa0", many)),
		"exceptions":          opts("\xa6except", list(many)+strings.Repeat("\xa0", many)),
		"bytes in a list":     data(2, list(many/2)+strings.Repeat("\xc4\x00", many/2)),
		"nothings in a list":  data(2, list(many)+strings.Repeat("\xc0", many)),
		"ext types in a list": data(2, list(many/3)+strings.Repeat("\xd4\x05\x00", many/3)),
		"who came":            "\x81\xa6joined\x81\xa1r" + list(many) + strings.Repeat("\xa0", many),
		"rooms of a part":     "\x82\xa3pub\xa1p\xa4part\x81\xa5rooms\xde\x50\x00" + distinct(0x5000, "\x80"),
		"names of a part":     "\x82\xa3pub\xa1p\xa4part\x81\xa5rooms\x81\xa1r\xde\x38\x00" + distinct(0x3800, "\x01"),
		"a probe's lists":     "\x81\xa6joined\x81\xa1r" + list(many) + strings.Repeat("\xa0", many),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = DecodeEnvelope(payload)
			_, _, _ = DecodePresence(payload)
			_, _ = DecodeProbe(payload)
			_, _, _ = DecodeNumber(payload)
			runtime.ReadMemStats(&after)
			// JSON is up to eight times as large, is written into a buffer that
			// doubles, and then copied.
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(50*len(payload)))
			t.Logf("%.1f times as much", float64(after.TotalAlloc-before.TotalAlloc)/float64(len(payload)))
		})
	}
}

// distinct are n keys of two bytes, each with that value.
func distinct(n int, value string) string {
	var pairs strings.Builder
	for i := range n {
		pairs.WriteString("\xcd" + string([]byte{byte(i >> 8), byte(i)}) + value)
	}
	return pairs.String()
}

func TestNumberIsReadWithoutTheRest(t *testing.T) {
	e := Envelope{UID: "abc123", Event: "e", Args: []any{[]byte(strings.Repeat("x", 1<<20))}, Rooms: []string{"r"}, Pub: "somebody", Seq: math.MaxUint64}
	b, err := e.Append(nil)
	require.NoError(t, err)
	payload := string(b)
	pub, seq, err := DecodeNumber(payload)
	require.NoError(t, err)
	require.Equal(t, "somebody", pub)
	require.EqualValues(t, uint64(math.MaxUint64), seq)
	require.Less(t, bytesFor(func() { DecodeNumber(payload) }), uint64(1024))

	e = Envelope{UID: EmitterUID, Event: "e"}
	b, err = e.Append(nil)
	require.NoError(t, err)
	pub, seq, err = DecodeNumber(string(b))
	require.NoError(t, err, "npm's packages number nothing")
	require.Empty(t, pub)
	require.Zero(t, seq)
	for n := range b {
		_, _, err := DecodeNumber(string(b[:n]))
		require.Error(t, err, "the first %d bytes", n)
	}
	_, _, err = DecodeNumber(string(b) + "x")
	require.Error(t, err)
}

func TestDepthThatWouldEndTheProgram(t *testing.T) {
	const deep = 100_000
	for name, level := range map[string]string{"lists": "\x91", "objects": "\x81\xa1a", "objects within lists": "\x91\x81\xa1a"} {
		nested := strings.Repeat(level, deep) + "\xc0"
		for where, payload := range map[string]string{
			"alone":               nested,
			"in the packet":       "\x93\xa1a\x81\xa1x" + nested + "\x80",
			"as an argument":      "\x93\xa1a\x82\xa4type\x02\xa4data\x92\xa1e" + nested + "\x80",
			"in opts":             "\x93\xa1a\x82\xa4type\x02\xa4data\x91\xa1e\x81\xa1x" + nested,
			"in a map of our own": "\x81\xa1x" + nested,
		} {
			_, err := DecodeEnvelope(payload)
			require.Error(t, err, "%s %s", name, where)
			_, err = DecodeProbe(payload)
			require.Error(t, err, "%s %s", name, where)
			_, _, err = DecodePresence(payload)
			require.Error(t, err, "%s %s", name, where)
			_, _, err = DecodeNumber(payload)
			require.Error(t, err, "%s %s", name, where)
		}
	}
}

func TestMoreArgumentsOrRoomsThanAnybodySends(t *testing.T) {
	for _, n := range []int{mostArguments, mostArguments + 1} {
		e := Envelope{UID: EmitterUID, Event: "e"}
		for range n {
			e.Args = append(e.Args, json.RawMessage("1"))
		}
		b, err := e.Append(nil)
		require.NoError(t, err)
		_, err = DecodeEnvelope(string(b))
		require.Equal(t, n > mostArguments, err != nil, "%d arguments: %v", n, err)
	}
	for _, n := range []int{mostRooms, mostRooms + 1} {
		e := Envelope{UID: EmitterUID, Event: "e"}
		for i := range n {
			e.Rooms = append(e.Rooms, fmt.Sprint(i))
		}
		b, err := e.Append(nil)
		require.NoError(t, err)
		_, err = DecodeEnvelope(string(b))
		require.Equal(t, n > mostRooms, err != nil, "%d rooms: %v", n, err)
	}
}
