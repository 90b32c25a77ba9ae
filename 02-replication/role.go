package replication

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Names of a server's role, as Role.Name holds them. Redis itself says "slave" for the second.
const (
	Master  = "master"
	Replica = "replica"
)

// Connected is the Role.Link of a replica whose master's stream is flowing.
const Connected = "connected"

// ErrReplica is in the error of whoever refuses to publish at a replica. A replica accepts a PUBLISH and delivers it to its own
// subscribers only: its master and the other replicas never get the message, and no error says so.
var ErrReplica = errors.New("this is a replica")

// Errors of CheckMode: what answers as Redis does and does not carry messages as this workbook's chapters need it.
var (
	ErrSentinel = errors.New("this is a Sentinel, which watches servers and carries no messages: give the address of a server that it watches")
	ErrCluster  = errors.New("this is a node of a Redis Cluster, where a PUBLISH goes by the cluster's bus and not to replicas in the master's order: " +
		"give the address of a server that is in no cluster (cluster-enabled no)")
)

// Role is what a server says about its place in the replication.
type Role struct {
	Name     string          // Master, Replica, or "sentinel"
	Master   string          // of a replica: its master, host:port
	Link     string          // of a replica: Connected, or why it is not: "connect", "connecting", "handshake", "sync"
	Offset   int64           // bytes of the replication stream: a master has written, a replica has processed
	Replicas []ReplicaOffset // of a master: the replicas that are linked to it now
}

// ReplicaOffset is a replica as its master sees it.
type ReplicaOffset struct {
	Addr   string // host:port
	Offset int64  // bytes acknowledged; a replica acknowledges once a second, and when WAIT asks
}

// ReadRole asks a server for its role with ROLE, which needs no parsing of INFO's text and is cheap for the server.
//
// A server that does not know ROLE knows no replication either (miniredis alone is one): it is given as a master without replicas.
func ReadRole(ctx context.Context, c redis.Cmdable) (Role, error) {
	cmd := NewRoleCmd(ctx)
	p, ok := c.(interface {
		Process(context.Context, redis.Cmder) error
	})
	if !ok {
		return Role{}, fmt.Errorf("read the role: %T cannot send ROLE: use a client, not a pipeline", c)
	}
	_ = p.Process(ctx, cmd) // the same error is in cmd
	role, err := RoleOf(cmd)
	if err == nil && cmd.Err() != nil { // it does not know ROLE; it may know nothing before a password either
		if err := c.Ping(ctx).Err(); err != nil {
			return Role{}, fmt.Errorf("read the role: %w", err)
		}
	}
	return role, err
}

// NewRoleCmd is a ROLE to put into a pipeline. Behind other commands it tells what the server was when it had carried them out.
func NewRoleCmd(ctx context.Context) *redis.SliceCmd { return redis.NewSliceCmd(ctx, "ROLE") }

// RoleOf reads the answer to a NewRoleCmd that was sent; of a server that does not know ROLE see ReadRole.
func RoleOf(cmd *redis.SliceCmd) (Role, error) {
	reply, err := cmd.Result()
	if answer, ok := errors.AsType[redis.Error](err); ok && strings.HasPrefix(answer.Error(), "ERR unknown command") {
		return Role{Name: Master}, nil
	} else if err != nil {
		return Role{}, fmt.Errorf("read the role: %w", err)
	}
	role, ok := parseRole(reply)
	if !ok {
		return Role{}, fmt.Errorf("read the role: %w: %v", dial.ErrReply, reply)
	}
	return role, nil
}

// CheckMode asks a server, whose role was read before, what it runs as. The error is ErrSentinel, ErrCluster, or says why there is
// no answer.
//
// HELLO without arguments tells it (https://redis.io/docs/latest/commands/hello/), needs no right, and leaves the connection's
// protocol as it is. Before Redis 6.2 there is no such HELLO: then a cluster is not noticed.
func CheckMode(ctx context.Context, c redis.Cmdable, role Role) error {
	if role.Name == "sentinel" {
		return ErrSentinel
	}
	hello := redis.NewCmd(ctx, "HELLO")
	p, ok := c.(interface {
		Process(context.Context, redis.Cmder) error
	})
	if !ok {
		return fmt.Errorf("read the mode: %T cannot send HELLO: use a client, not a pipeline", c)
	}
	err := p.Process(ctx, hello)
	if _, answered := errors.AsType[redis.Error](err); err != nil && !answered {
		return fmt.Errorf("read the mode: %w", err)
	}
	if helloMode(hello.Val()) == "cluster" {
		return ErrCluster
	}
	return nil
}

// helloMode is the field "mode" of HELLO's reply, which is a list of names and values in RESP2, and a map in RESP3.
func helloMode(reply any) string {
	switch reply := reply.(type) {
	case []any:
		for i := 0; i+1 < len(reply); i += 2 {
			if reply[i] == "mode" {
				mode, _ := reply[i+1].(string)
				return mode
			}
		}
	case map[any]any:
		mode, _ := reply["mode"].(string)
		return mode
	}
	return ""
}

// parseRole reads ROLE's three shapes:
//
//	["master", 3129659, [["127.0.0.1", "9001", "3129242"], …]]
//	["slave", "127.0.0.1", 9000, "connected", 3167038]
//	["sentinel", [names of masters]]
func parseRole(reply []any) (Role, bool) {
	if len(reply) == 0 {
		return Role{}, false
	}
	switch reply[0] {
	case "master":
		if len(reply) < 3 {
			return Role{}, false
		}
		offset, ok := reply[1].(int64)
		list, ok2 := reply[2].([]any)
		role := Role{Name: Master, Offset: offset}
		for _, item := range list {
			replica, ok3 := parseReplica(item)
			ok2 = ok2 && ok3
			role.Replicas = append(role.Replicas, replica)
		}
		return role, ok && ok2
	case "slave":
		if len(reply) < 5 {
			return Role{}, false
		}
		host, ok := reply[1].(string)
		port, ok2 := reply[2].(int64)
		link, ok3 := reply[3].(string)
		offset, ok4 := reply[4].(int64)
		return Role{
			Name:   Replica,
			Master: net.JoinHostPort(host, strconv.FormatInt(port, 10)),
			Link:   link,
			Offset: offset,
		}, ok && ok2 && ok3 && ok4
	case "sentinel":
		return Role{Name: "sentinel"}, true
	}
	return Role{}, false
}

func parseReplica(item any) (ReplicaOffset, bool) {
	fields, ok := item.([]any)
	if !ok || len(fields) < 3 {
		return ReplicaOffset{}, false
	}
	host, ok := fields[0].(string)
	port, ok2 := fields[1].(string)
	text, ok3 := fields[2].(string)
	offset, err := strconv.ParseInt(text, 10, 64)
	return ReplicaOffset{Addr: net.JoinHostPort(host, port), Offset: offset}, ok && ok2 && ok3 && err == nil
}
