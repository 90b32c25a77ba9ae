package pack

import "encoding/json"

// Value is one value that is MessagePack already.
type Value []byte

// FromJSON turns one JSON value into MessagePack. What it means does not change:
// see Writer.JSON, also for the error.
func FromJSON(data json.RawMessage) (Value, error) {
	w := NewWriter(make([]byte, 0, len(data)+8)) // rarely more: MessagePack is the shorter of the two
	err := w.JSON(data)
	return w.Close(), err
}
