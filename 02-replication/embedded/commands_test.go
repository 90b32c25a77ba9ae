package embedded

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestWhatIsNotReplicatedIsRefused(t *testing.T) {
	_, c := start(t, Options{Replicas: 1})
	for _, command := range []string{
		"BLPOP list 1", "PFADD hll x", "XREADGROUP GROUP g c STREAMS s >", "MOVE key 1", "SELECT 1", "SWAPDB 0 1", "GEOADD g 1 1 x", "HEXPIRE h 1 FIELDS 1 f",
		"EVAL return 0", "EVAL_RO return 0", "COPY a b", "RESTORE k 0 x",
	} {
		args := make([]any, 0, 8)
		for _, word := range strings.Fields(command) {
			args = append(args, word)
		}
		for _, server := range c {
			err := server.Do(t.Context(), args...).Err()
			require.ErrorContains(t, err, "ERR the embedded topology does not replicate "+args[0].(string)+"; a real server does (WORKBOOK_REDIS=server)")
		}
	}
	require.ErrorContains(t, c[0].Do(t.Context(), "NOSUCH").Err(), "ERR unknown command")
}

func TestRefusedCommandSpoilsItsTransaction(t *testing.T) {
	_, c := start(t, Options{Replicas: 1})
	for _, bad := range [][]any{{"PFADD", "hll", "x"}, {"SPOP", "set"}, {"WAIT", 0, 0}, {"SET", "too few"}, {"NOSUCH"}} {
		_, err := c[0].TxPipelined(t.Context(), func(p redis.Pipeliner) error {
			p.Set(t.Context(), "key", "1", 0)
			p.Do(t.Context(), bad...)
			return nil
		})
		require.ErrorContains(t, err, "EXECABORT", "%v", bad)
		require.Zero(t, c[0].Exists(t.Context(), "key").Val())
	}
	require.NoError(t, c[0].Set(t.Context(), "key", "1", 0).Err(), "the connection is out of the transaction")
	all(t, c[0], 1)
	require.Equal(t, "1", c[1].Get(t.Context(), "key").Val())
}

func TestTransactionWhoseWatchedKeyChangedIsNotLogged(t *testing.T) {
	_, c := start(t, Options{Replicas: 1})
	err := c[0].Watch(t.Context(), func(tx *redis.Tx) error {
		require.NoError(t, c[0].Set(t.Context(), "key", "other", 0).Err())
		_, err := tx.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
			p.Set(t.Context(), "key", "mine", 0)
			return nil
		})
		return err
	}, "key")
	require.ErrorIs(t, err, redis.TxFailedErr)
	all(t, c[0], 1)
	require.Equal(t, "other", c[1].Get(t.Context(), "key").Val())
}

func TestSizeIsThatOfTheWire(t *testing.T) {
	require.EqualValues(t, len("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n"), size([]string{"INCR", "n"}))
	require.EqualValues(t, len("*3\r\n$3\r\nSET\r\n$10\r\n0123456789\r\n$0\r\n\r\n"), size([]string{"SET", "0123456789", ""}))
}
