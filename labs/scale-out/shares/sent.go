package shares

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// sent asks the servers of a set, the master first.
func sent(ctx context.Context, addrs servers) (messages, bytes int64, err error) {
	for i, addr := range addrs {
		client := redis.NewClient(&redis.Options{Addr: addr})
		text, err := client.Info(ctx, "server", "stats", "commandstats").Result()
		_ = client.Close()
		if err != nil {
			return 0, 0, err
		}
		bytes += written(text)
		if i == 0 {
			for _, command := range []string{"publish", "spublish"} {
				var calls int64
				_, text, _ := strings.Cut(text, "cmdstat_"+command+":calls=")
				_, _ = fmt.Sscan(text, &calls) // nothing: none was published
				messages += calls
			}
		}
	}
	return messages, bytes, nil
}

// written is what a server has sent: on Linux as the system has counted it, in which a log's lines are. Redis' own count is taken elsewhere: it
// leaves out what goes by a cluster's bus.
func written(info string) int64 {
	bytes, _ := replication.InfoNumber(info, "total_net_output_bytes")
	pid, _ := replication.InfoNumber(info, "process_id")
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err == nil {
		_, text, _ := strings.Cut(string(text), "wchar: ")
		_, _ = fmt.Sscan(text, &bytes)
	}
	return bytes
}
