package streams

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestStreamIsTrimmedByTheMastersClock(t *testing.T) {
	var a aging
	trim := func(age time.Duration) string {
		cmd := a.trim(t.Context(), "s", age)
		if cmd == nil {
			return ""
		}
		cmd.(*redis.IntCmd).SetVal(5)
		return cmd.Args()[4].(string)
	}
	require.Empty(t, trim(time.Hour), "nobody knows the time yet")
	a.at(ID{Time: 10_000_000, Count: 7})
	require.Empty(t, trim(-1), "for ever")
	require.Equal(t, "6400000-0", trim(time.Hour))
	a.at(ID{Time: 10_009_999})
	require.Empty(t, trim(time.Hour), "a moment ago")
	a.at(ID{Time: 10_010_000})
	require.Equal(t, "6410000-0", trim(time.Hour))
	a.at(ID{Time: 10_020_000})
	require.Equal(t, "0-0", trim(10*time.Hour), "there was nothing yet")
	require.EqualValues(t, 10, a.trimmed.Load(), "the last one is not answered yet")
	a.at(ID{Time: 10_021_000})
	require.Equal(t, "10020000-0", trim(time.Second), "what is kept for less than the usual interval is trimmed more often")
}
