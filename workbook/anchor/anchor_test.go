package anchor_test

import (
	"fmt"
	"testing"

	"example.com/redis-chat/workbook/anchor"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ExampleNames() {
	var names anchor.Names
	fmt.Println(names.Heading("The idea, in bytes"), names.Heading("The idea, in bytes"), names.Has("the-idea-in-bytes-1"))
	// Output: the-idea-in-bytes the-idea-in-bytes-1 true
}

func TestAnchorsOfHeadings(t *testing.T) {
	var names anchor.Names
	require.False(t, names.Has("left-out-and-next"))
	names.Take("socketios-servers")
	for heading, want := range map[string]string{
		"Left out, and next":  "left-out-and-next",
		"`make test`":         "make-test",
		"Socket.IO's servers": "socketios-servers-1",
		"Größe — in MiB_2":    "größe--in-mib_2",
	} {
		require.Equal(t, want, names.Heading(heading))
		require.True(t, names.Has(want))
	}
}
