package cmdline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNobodySitsBehindAFileAPipeOrNowhere(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()); require.NoError(t, w.Close()) }()
	nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, nowhere.Close()) }()
	for _, stream := range []any{file, r, w, nowhere, &strings.Builder{}, nil} {
		require.False(t, IsTerminal(stream))
	}
	if terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil { // the near end of a new terminal
		require.True(t, IsTerminal(terminal))
		require.NoError(t, terminal.Close())
	}
}
