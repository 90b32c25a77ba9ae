package sentinel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameAndItsAddressAreTheSameServer(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"localhost:6379", "127.0.0.1:6379", true},
		{"127.0.0.1:6379", "localhost:6379", true},
		{"localhost:6379", "localhost:6379", true},
		{"127.0.0.1:6379", "127.0.0.1:6379", true},
		{"[::1]:6379", "[0:0:0:0:0:0:0:1]:6379", true},
		{"localhost:6379", "127.0.0.1:6380", false},
		{"localhost:6379", "192.0.2.1:6379", false},
		{"127.0.0.1:6379", "127.0.0.2:6379", false},
		{"localhost:6379", "another-name:6379", false},
		{"", "127.0.0.1:6379", false}, // it has not said yet whom it follows
	} {
		require.Equal(t, test.same, sameServer(t.Context(), test.a, test.b), "%s and %s", test.a, test.b)
	}
}
