package topology

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// See launch.ProcessOptions.Args: Redis 6 takes each item for one word.
func TestEachSettingIsOneWord(t *testing.T) {
	for _, arg := range settings {
		require.Len(t, strings.Fields(arg), 1, "%q", arg)
	}
	i := slices.Index(settings, "--repl-backlog-size")
	require.GreaterOrEqual(t, i, 0, "the lesson counts with 1 MB, which is not each server's default")
	require.Equal(t, "1mb", settings[i+1])
}
