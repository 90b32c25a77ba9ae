// Package pack reads and writes MessagePack, and turns JSON into it and back.
// It knows no message of the chat: that is package wire, which stands on it.
// Read it in this order:
//
//   - writer.go: the Writer appends values to bytes, and value.go keeps one that is encoded already.
//   - fromjson.go: JSON is read once, from left to right, and written as MessagePack on the way. jsontext.go knows how
//     numbers and escapes are spelt; repeated.go drops all but the last of an object's equal keys.
//   - reader.go: the Reader takes values out of a payload, copies nothing, and believes no length that it has not checked.
//     scalars.go tells what comes next; loose.go takes values of any type as JavaScript takes them.
//   - cursor.go: the Cursor goes over a payload that little of is needed, byte by byte.
//   - tojson.go: the next value as JSON; number.go writes a float64 no longer than it came. kind.go names a value by its
//     first byte.
//
// # What it stands on
//
// The formats are those of vmihailenco/msgpack, by its Encoder and Decoder; this package adds what a server needs that reads
// what anybody may have sent: a depth that is bounded (MaxDepth), lengths that are compared with what is left, and no tree of
// Go values between JSON and MessagePack. The plain way, msgpack.Unmarshal and json.Marshal, stands beside it in plain_test.go,
// with a test that both agree and a benchmark of both.
//
// # Goroutines
//
// It starts none. A Reader or a Writer belongs to one goroutine from New to Close; they come from a pool.
package pack
