package interop

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

type (
	dict map[any]any
	list []any
)

// undefined is JavaScript's, as notepack.io writes it.
var undefined = msgpack.RawMessage("\xd4\x00\x00")

// loose are payloads that no emitter of Socket.IO's own for Node.js writes in just this form, but
// others do: PHP's, with one kind of array for lists and maps, or a program's own. event is
// what a Socket.IO client gets, "" when it gets nothing.
var loose = map[string]struct {
	payload list
	event   string
	lobby   bool // only the room lobby gets it; else everybody, or nobody
}{
	"as it should be":              {envelope(dict{"rooms": list{"lobby"}}), `["e",1]`, true},
	"flags is an empty list":       {envelope(dict{"rooms": list{"lobby"}, "except": list{}, "flags": list{}}), `["e",1]`, true},
	"opts is an empty list":        {list{"php", packet("e", 1), list{}}, `["e",1]`, false},
	"opts is a list of something":  {list{"php", packet("e", 1), list{"rooms", 2}}, `["e",1]`, false},
	"opts is bytes":                {list{"php", packet("e", 1), []byte("x")}, `["e",1]`, false},
	"opts is empty":                {envelope(dict{}), `["e",1]`, false},
	"flags is null":                {envelope(dict{"flags": nil}), `["e",1]`, false},
	"flags is undefined":           {envelope(dict{"flags": undefined}), `["e",1]`, false},
	"flags is a string":            {envelope(dict{"flags": "volatile"}), `["e",1]`, false},
	"flags is a number":            {envelope(dict{"flags": 1.5}), `["e",1]`, false},
	"flags of other types":         {envelope(dict{"flags": dict{"compress": "yes", "local": 1, "broadcast": dict{}, "binary": list{}, "timeout": "5s"}}), `["e",1]`, false},
	"a timeout with a fraction":    {envelope(dict{"flags": dict{"timeout": 1.5}}), `["e",1]`, false},
	"a timeout that is null":       {envelope(dict{"flags": dict{"timeout": nil, "volatile": nil}}), `["e",1]`, false},
	"flags with numbers as keys":   {envelope(dict{"flags": dict{0: true, 1.5: "x", nil: 1, true: 2}}), `["e",1]`, false},
	"uid is a number":              {list{7, packet("e", 1), dict{}}, `["e",1]`, false},
	"uid is null":                  {list{nil, packet("e", 1), dict{}}, `["e",1]`, false},
	"uid is a fraction":            {list{0.5, packet("e", 1), dict{}}, `["e",1]`, false},
	"uid is a list":                {list{list{"a", dict{"b": 1}}, packet("e", 1), dict{}}, `["e",1]`, false},
	"uid is bytes":                 {list{[]byte("abc123"), packet("e", 1), dict{}}, `["e",1]`, false},
	"something behind opts":        {list{"php", packet("e", 1), dict{"rooms": list{"lobby"}}, "x", dict{}}, `["e",1]`, true},
	"except is [undefined]":        {envelope(dict{"except": list{undefined}}), `["e",1]`, false},
	"except is [null]":             {envelope(dict{"except": list{nil}}), `["e",1]`, false},
	"except is null":               {envelope(dict{"except": nil}), `["e",1]`, false},
	"except of other types":        {envelope(dict{"rooms": list{"lobby"}, "except": list{true, 1.5, list{"lobby"}, dict{}, []byte("lobby"), "go"}}), `["e",1]`, true},
	"a room that is null":          {envelope(dict{"rooms": list{nil, "lobby"}}), `["e",1]`, true},
	"rooms of other types":         {envelope(dict{"rooms": list{true, 0.5, list{"go"}, dict{}, "lobby", []byte("go"), undefined}}), `["e",1]`, true},
	"no room has a name":           {envelope(dict{"rooms": list{nil}}), ``, false},
	"no room has a name of text":   {envelope(dict{"rooms": list{list{"lobby"}, dict{}, false}}), ``, false},
	"rooms is null":                {envelope(dict{"rooms": nil}), `["e",1]`, false},
	"rooms is an empty string":     {envelope(dict{"rooms": ""}), `["e",1]`, false},
	"rooms is a string":            {envelope(dict{"rooms": "lobby"}), ``, false},
	"rooms is undefined":           {envelope(dict{"rooms": undefined, "except": undefined}), `["e",1]`, false},
	"event is a number":            {list{"php", packet(7, "x"), dict{}}, `[7,"x"]`, false},
	"event is negative":            {list{"php", packet(-70000), dict{}}, `[-70000]`, false},
	"event is a fraction":          {list{"php", packet(0.25, "x"), dict{}}, `[0.25,"x"]`, false},
	"event is a large number":      {list{"php", packet(1e21), dict{}}, `[1e21]`, false},
	"event is a tiny number":       {list{"php", packet(1e-7), dict{}}, `[1e-7]`, false},
	"event is an empty string":     {list{"php", packet("", "x"), dict{}}, `["","x"]`, false},
	"type is a float":              {list{"php", dict{"type": 2.0, "data": list{"e", 1}, "nsp": "/"}, dict{}}, `["e",1]`, false},
	"type is a string":             {list{"php", dict{"type": "2", "data": list{"e", 1}, "nsp": "/"}, dict{}}, `["e",1]`, false},
	"nsp is undefined":             {list{"php", dict{"type": 2, "data": list{"e", 1}, "nsp": undefined}, dict{}}, `["e",1]`, false},
	"nsp is null":                  {list{"php", dict{"type": 2, "data": list{"e", 1}, "nsp": nil}, dict{}}, ``, false},
	"nsp is another":               {list{"php", dict{"type": 2, "data": list{"e", 1}, "nsp": "/admin"}, dict{}}, ``, false},
	"a packet with more keys":      {list{"php", dict{"type": 2, "data": list{"e", 1}, 7: 8, nil: 1, 0.5: list{}, true: dict{}}, dict{}}, `["e",1]`, false},
	"keys are bytes":               {list{"php", dict{"type": 2, "data": list{"e", 1}}, msgpack.RawMessage("\x81\xc4\x05rooms\x91\xa5lobby")}, `["e",1]`, true},
	"seq is negative":              {envelope(dict{"pub": "p1", "seq": -1}), `["e",1]`, false},
	"seq is a string":              {envelope(dict{"pub": "p2", "seq": "1", "at": "noon", "from": 7}), `["e",1]`, false},
	"seq is a fraction":            {envelope(dict{"pub": "p3", "seq": 1.5, "at": 1.5, "from": nil}), `["e",1]`, false},
	"seq is null":                  {envelope(dict{"pub": "p4", "seq": nil, "at": nil, "from": []byte("x")}), `["e",1]`, false},
	"at is too large":              {envelope(dict{"pub": nil, "seq": list{}, "at": uint64(math.MaxUint64), "from": dict{}}), `["e",1]`, false},
	"at is a date":                 {envelope(dict{"pub": 7, "seq": dict{}, "at": msgpack.RawMessage("\xd6\xff\x00\x00\x00\x01")}), `["e",1]`, false},
	"keys of an argument":          {list{"php", packet("e", dict{7: 1, -7: 2, 0.5: 3, 1e21: 4, 1e-7: 5, true: 6, nil: 7}), dict{}}, `["e",{"7":1,"-7":2,"0.5":3,"1e+21":4,"1e-7":5,"true":6,"null":7}]`, false},
	"an argument's key is bytes":   {list{"php", packet("e", msgpack.RawMessage("\x82\xc4\x01k\x01\xd4\x00\x00\x02")), dict{}}, `["e",{"k":1,"undefined":2}]`, false},
	"an argument's key is a map":   {list{"php", packet("e", msgpack.RawMessage("\x81\x81\x01\x02\x03")), dict{}}, `["e",{"[object Object]":3}]`, false},
	"the key of a map is NaN":      {list{"php", packet("e", dict{math.NaN(): 1, math.Inf(-1): 2}), dict{}}, `["e",{"NaN":1,"-Infinity":2}]`, false},
	"an argument within arguments": {list{"php", packet("e", list{dict{1: list{dict{2: nil}}}}, "x"), dict{}}, `["e",[{"1":[{"2":null}]}],"x"]`, false},
}

func packet(data ...any) dict { return dict{"type": 2, "data": list(data), "nsp": "/"} }

func envelope(opts dict) list { return list{"php", packet("e", 1), opts} }

// What @socket.io/redis-adapter delivers of loosely typed payloads, a node of ours delivers, to
// the same rooms and with the same arguments.
func TestWeAreAsLiberalAsTheAdapterOfNpm(t *testing.T) {
	c := startCluster(t)
	master := redis.NewClient(&redis.Options{Addr: c.master})
	t.Cleanup(func() { master.Close() })
	for name, test := range loose {
		t.Run(name, func(t *testing.T) {
			payload, err := msgpack.Marshal(test.payload)
			require.NoError(t, err)
			require.NoError(t, master.Publish(t.Context(), "socket.io#/#", payload).Err())
			_, err = c.emitter.Emit(t.Context(), "end")
			require.NoError(t, err)

			var all, lobby []string
			if test.event != "" {
				lobby = []string{test.event}
				if all = lobby; test.lobby {
					all = nil
				}
			}
			cleo, dan, ann, ben := c.cleo.untilEnd(), c.dan.untilEnd(), c.ann.untilEnd(), c.ben.untilEnd()
			require.Equal(t, asOurs(t, lobby), asOurs(t, cleo), "at Node.js, in lobby")
			require.Equal(t, asOurs(t, all), asOurs(t, dan), "at Node.js, elsewhere")
			require.Equal(t, asOurs(t, cleo), values(t, ann), "at our node, in lobby")
			require.Equal(t, asOurs(t, dan), values(t, ben), "at our node, elsewhere")
		})
	}
}

// untilEnd is what this person hears before the event "end".
func (p *person) untilEnd() (lines []string) {
	for {
		line := p.next()
		if line == `["end"]` {
			return lines
		}
		lines = append(lines, line)
	}
}

// values reads lines of JSON.
func values(t *testing.T, lines []string) (list [][]any) {
	t.Helper()
	for _, line := range lines {
		var v []any
		require.NoError(t, json.Unmarshal([]byte(line), &v), line)
		list = append(list, v)
	}
	return list
}

// asOurs is what clients of our nodes get where a Socket.IO client gets these lines: the event's
// name is text, and several arguments are a list.
func asOurs(t *testing.T, lines []string) [][]any {
	t.Helper()
	list := values(t, lines)
	for i, v := range list {
		if _, isText := v[0].(string); !isText {
			b, err := json.Marshal(v[0]) // in the form of JavaScript
			require.NoError(t, err)
			v[0] = string(b)
		}
		if len(v) > 2 {
			list[i] = []any{v[0], v[1:]}
		}
	}
	return list
}
