package basics

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// See launch.ProcessOptions.Args: Redis 6 takes each item for one word.
func TestEachSettingIsOneWord(t *testing.T) {
	for _, e := range endings {
		for _, arg := range e.args {
			require.Len(t, strings.Fields(arg), 1, "%s: %q", e.saves, arg)
		}
	}
}
