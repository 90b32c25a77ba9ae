package cmdline_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func TestFirstFailedWriteIsKeptAndToldOnce(t *testing.T) {
	var text strings.Builder
	heard := &cmdline.Output{W: &text}
	_, err := io.WriteString(heard, "hello")
	require.NoError(t, err)
	require.NoError(t, heard.Err())
	require.Equal(t, "hello", text.String())

	r, w := io.Pipe()
	full := errors.New("no space left")
	require.NoError(t, r.CloseWithError(full))
	told := 0
	deaf := &cmdline.Output{W: w, Failed: func() { told++ }}
	for range 3 {
		_, err = io.WriteString(deaf, "hello")
		require.ErrorIs(t, err, full)
	}
	require.ErrorIs(t, deaf.Err(), full)
	require.Equal(t, 1, told)
}
