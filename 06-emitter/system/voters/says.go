package voters

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Says is what one Sentinel says. The others may say something else.
type Says struct {
	Asked  time.Time         // when it was asked
	Master string            // host:port of the server that is the master to it
	Epoch  int64             // of the configuration that it goes by: the higher one is right
	Leads  bool              // it is making another server the master
	Chosen string            // host:port of the replica that it makes the master
	Down   []string          // host:port of whoever gives it no answer: servers and other Sentinels
	Agreed bool              // enough others have told it that the master is down to them, too
	Voters map[string]string // host:port of the other Sentinels that it knows, by their ids
}

// ask puts the questions to one Sentinel.
func ask(ctx context.Context, c *redis.SentinelClient, name string) (Says, error) {
	asked := time.Now()
	addr, err := c.GetMasterAddrByName(ctx, name).Result()
	if err == nil && len(addr) != 2 {
		err = fmt.Errorf("%w: an address of %d parts", dial.ErrReply, len(addr))
	}
	if err != nil {
		return Says{}, err
	}
	master, err := c.Master(ctx, name).Result()
	replicas, replicasErr := c.Replicas(ctx, name).Result()
	others, othersErr := c.Sentinels(ctx, name).Result()
	if err := errors.Join(err, replicasErr, othersErr); err != nil {
		return Says{}, err
	}
	says := read(net.JoinHostPort(addr[0], addr[1]), master, replicas, others)
	says.Asked = asked
	return says, nil
}

// read makes Says of the answers, whose fields are described at
// https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
func read(at string, master map[string]string, replicas, others []map[string]string) Says {
	s := Says{Master: at, Leads: has(master, "failover_in_progress"), Agreed: has(master, "o_down"), Voters: map[string]string{}}
	s.Epoch, _ = strconv.ParseInt(master["config-epoch"], 10, 64)
	for _, fields := range slices.Concat([]map[string]string{master}, replicas, others) {
		if has(fields, "s_down") || has(fields, "o_down") {
			s.Down = append(s.Down, address(fields))
		}
	}
	for _, fields := range replicas {
		if s.Leads && has(fields, "promoted") {
			s.Chosen = address(fields)
		}
	}
	for _, fields := range others {
		s.Voters[fields["runid"]] = address(fields)
	}
	return s
}

func address(fields map[string]string) string { return net.JoinHostPort(fields["ip"], fields["port"]) }

func has(fields map[string]string, flag string) bool {
	return slices.Contains(strings.Split(fields["flags"], ","), flag)
}
