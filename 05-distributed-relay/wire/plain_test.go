package wire

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

// The plain way: a struct for the library to fill in. It checks nothing, believes
// every length, and recurses as deep as the sender likes.
type plainEnvelope struct {
	//lint:ignore U1000 the library looks for it by its name
	_msgpack struct{} `msgpack:",as_array"`

	UID    string
	Packet struct {
		Type      int    `msgpack:"type"`
		Data      []any  `msgpack:"data"`
		Namespace string `msgpack:"nsp"`
	}
	Opts struct {
		Rooms  []string        `msgpack:"rooms"`
		Except []string        `msgpack:"except"`
		Flags  map[string]bool `msgpack:"flags"`
		Pub    string          `msgpack:"pub,omitempty"`
		Seq    uint64          `msgpack:"seq,omitempty"`
		From   string          `msgpack:"from,omitempty"`
		At     int64           `msgpack:"at,omitempty"`
	}
}

func plainDecode(payload string) (e Envelope, err error) {
	var p plainEnvelope
	if err := msgpack.Unmarshal([]byte(payload), &p); err != nil {
		return e, err
	}
	e = Envelope{
		UID: p.UID, Event: fmt.Sprint(p.Packet.Data[0]), Rooms: p.Opts.Rooms, Except: p.Opts.Except,
		Pub: p.Opts.Pub, Seq: p.Opts.Seq, From: p.Opts.From, At: p.Opts.At,
	}
	for _, arg := range p.Packet.Data[1:] {
		b, ok := arg.([]byte)
		if ok {
			e.Args = append(e.Args, b)
			continue
		}
		text, err := json.Marshal(arg)
		if err != nil {
			return e, err
		}
		e.Args = append(e.Args, json.RawMessage(text))
	}
	return e, nil
}

func plainAppend(dst []byte, e *Envelope) ([]byte, error) {
	var p plainEnvelope
	p.UID, p.Packet.Type, p.Packet.Namespace = e.UID, eventPacket, "/"
	p.Packet.Data = []any{e.Event}
	for _, arg := range e.Args {
		if text, ok := arg.(json.RawMessage); ok {
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				return dst, err
			}
			arg = v
		}
		p.Packet.Data = append(p.Packet.Data, arg)
	}
	p.Opts.Rooms, p.Opts.Except, p.Opts.Flags = e.Rooms, e.Except, map[string]bool{}
	p.Opts.Pub, p.Opts.Seq, p.Opts.From, p.Opts.At = e.Pub, e.Seq, e.From, e.At
	b, err := msgpack.Marshal(&p)
	return append(dst, b...), err
}

// FuzzPlain compares both ways, for messages that a node publishes.
func FuzzPlain(f *testing.F) {
	f.Add("abc123", "message", "hi", []byte{1, 2}, "lobby", "pub", uint64(7), "alice", int64(1767366245678))
	f.Add("", "", "", []byte(nil), "", "", uint64(0), "", int64(-1))
	f.Fuzz(func(t *testing.T, uid, event, text string, bin []byte, room, pub string, seq uint64, from string, at int64) {
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		e := Envelope{
			UID: uid, Event: event, Args: []any{json.RawMessage(quoted), append([]byte{}, bin...)},
			Rooms: []string{room}, Pub: pub, Seq: seq, From: from, At: at,
		}
		fast, err := e.Append(nil)
		require.NoError(t, err)
		plain, err := plainAppend(nil, &e)
		require.NoError(t, err)
		a, err := DecodeEnvelope(string(fast))
		require.NoError(t, err)
		b, err := DecodeEnvelope(string(plain))
		require.NoError(t, err)
		require.Equal(t, b, a, "written by both")
		if again, err := a.Append(nil); err == nil { // now it is UTF-8
			c, err := plainDecode(string(again))
			require.NoError(t, err)
			require.Empty(t, c.Except)
			c.Except = nil
			require.JSONEq(t, string(a.Args[0].(json.RawMessage)), string(c.Args[0].(json.RawMessage)), "encoding/json escapes more")
			c.Args[0] = a.Args[0]
			require.Equal(t, a, c, "read by both")
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for name, write := range map[string]func([]byte) ([]byte, error){
		"fast":  message.Append,
		"plain": func(dst []byte) ([]byte, error) { return plainAppend(dst, &message) },
	} {
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = write(buf[:0])
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	buf, _ := message.Append(nil)
	payload := string(buf)
	for name, read := range map[string]func(string) (Envelope, error){"fast": DecodeEnvelope, "plain": plainDecode} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if _, err := read(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
