package livemap

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFirstMapThatIsOpenedIsToldAndTheLastThatIsClosed(t *testing.T) {
	var told []bool
	m := &Map{o: Options{Watched: func(on bool) { told = append(told, on) }}}
	m.opened(1)
	m.opened(1)
	require.Equal(t, []bool{true}, told)
	m.opened(-1)
	require.Equal(t, []bool{true}, told)
	m.opened(-1)
	require.Equal(t, []bool{true, false}, told)
	m.opened(1)
	require.Equal(t, []bool{true, false, true}, told)
}
