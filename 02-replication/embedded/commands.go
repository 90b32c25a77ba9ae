package embedded

import (
	"slices"
	"strings"

	"example.com/redis-chat/01-redis-basics/launch"
)

// replicated are the changes that reach the replicas. Given the same keys and the same clock each does the same again, but for
// SPOP, which changed speaks for. Any other write is refused, because a replica would silently become something else.
var replicated = words(`
	PUBLISH
	DEL UNLINK EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST RENAME RENAMENX FLUSHALL FLUSHDB
	SET SETNX SETEX PSETEX GETSET GETDEL GETEX APPEND SETRANGE SETBIT MSET MSETNX INCR INCRBY INCRBYFLOAT DECR DECRBY
	HSET HSETNX HMSET HDEL HINCRBY HINCRBYFLOAT
	LPUSH LPUSHX RPUSH RPUSHX LPOP RPOP LSET LINSERT LREM LTRIM LMOVE RPOPLPUSH
	SADD SREM SMOVE SPOP SDIFFSTORE SINTERSTORE SUNIONSTORE
	ZADD ZINCRBY ZREM ZPOPMIN ZPOPMAX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX ZINTERSTORE ZUNIONSTORE
	XADD XDEL XTRIM`)

// harmless change no key, though miniredis does not mark them as reads.
var harmless = words(`AUTH CLIENT COMMAND DISCARD ECHO EXEC HELLO INFO MEMORY MULTI OBJECT PING PSUBSCRIBE PUBSUB PUNSUBSCRIBE
	QUIT SUBSCRIBE TIME UNSUBSCRIBE UNWATCH WATCH XINFO`)

// refusal says why a command is not executed, "" when it is.
func (n *node) refusal(cmd string, args []string, inTransaction bool) string {
	if err := launch.CheckPatterns(cmd, args); err != nil {
		return err.Error()
	}
	switch {
	case cmd == "SELECT" && slices.Equal(args, []string{"0"}), !n.redis.IsRegisteredCommand(cmd) && cmd != "ROLE":
		return "" // an unknown command gets miniredis' own error
	case inTransaction && (cmd == "SPOP" || cmd == "WAIT" || cmd == "ROLE" || isInfo(cmd, args)):
		return "ERR the embedded topology does not know " + cmd + " inside MULTI; a real server does (WORKBOOK_REDIS=server)"
	case n.index > 0 && cmd != "PUBLISH" && replicated[cmd]:
		return "READONLY You can't write against a read only replica."
	case replicated[cmd], harmless[cmd], cmd == "WAIT", cmd == "ROLE":
		return ""
	case n.redis.IsReadOnlyCommand(cmd) && !strings.HasPrefix(cmd, "EVAL"): // a script may hide anything
		return ""
	}
	return "ERR the embedded topology does not replicate " + cmd + "; a real server does (WORKBOOK_REDIS=server)"
}

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}
