package system

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
	"example.com/redis-chat/05-distributed-relay/places"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// System is the whole chat, running: a master and its replicas, Sentinels if they are
// asked for, the nodes, an emitter, and the live map.
type System struct {
	o       Options
	why     string // where Redis comes from
	backend launch.Backend
	server  string // the name of the servers' program
	cli     string // the name of the program that talks to them by hand
	top     topology.Topology
	nodes   []*child.Process
	master  atomic.Pointer[redis.Client] // for the observers' probes
	emitter *emitter.Emitter
	mapURL  string // "": no map
	ready   time.Duration

	watchers *watched.Watched  // top, when Sentinels watch it; else nil
	places   *places.Sentinels // with them: where the master is

	state *state
	feed  *livemap.Feed
	paths paths

	observing  chan int        // each server, once, when the first probe has come back from it
	watching   context.Context // for everything that only watches
	stopWatch  context.CancelFunc
	background sync.WaitGroup
	stopping   atomic.Bool
	stopOnce   sync.Once
}

// startTimeout is when Start gives up. A start takes well under a second; on a busy
// machine of a tenth of the speed, ten seconds.
const startTimeout = time.Minute

// Start starts everything, and returns when messages have proven it: when a client on
// each node has heard a client on each other node, and the emitter. ctx limits the
// start only; Stop ends what was started.
func Start(ctx context.Context, o Options) (*System, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	logging.Disable() // go-redis logs each failed dial; here the states show them
	s := &System{o: o, feed: livemap.NewFeed(o.Out)}
	s.state = newState(s.became)
	s.watching, s.stopWatch = context.WithCancel(context.Background())
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("not within %v", startTimeout))
	defer cancel()
	// region: steps
	for _, step := range []func(context.Context) error{s.chooseRedis, s.findPorts, s.startServers, s.startNodes, s.startMap, s.prove} {
		if err := step(ctx); err != nil {
			s.Stop()
			return nil, err
		}
	}
	// end: steps
	s.ready = time.Since(o.Started)
	return s, nil
}

// prove is the last step of the start. The observers are proven too, so that the system
// shows every message from the first one on.
func (s *System) prove(ctx context.Context) error {
	for range s.top.Addrs() {
		select {
		case <-s.observing:
		case <-ctx.Done():
			return fmt.Errorf("prove the servers: what is published at the master does not come back from all of them: %w", context.Cause(ctx))
		}
	}
	if err := prove(ctx, s.state.get().Nodes, s.emitter); err != nil {
		return err
	}
	s.leaveOutProof(ctx)
	return nil
}

// startMap serves the live map, if one is asked for.
func (s *System) startMap(context.Context) error {
	if s.o.MapPort == 0 {
		return nil
	}
	o := livemap.Options{Port: s.o.MapPort, System: s, Feed: s.feed, Changed: s.state.changed, Watched: s.askForSteps}
	for i := range s.nodes {
		o.Frames = append(o.Frames, s.nodeURL(i))
	}
	m, err := livemap.Listen(o)
	if err != nil {
		return fmt.Errorf("the live map: %w; choose another port with -map, or none with -map 0", err)
	}
	s.mapURL = m.URL()
	s.background.Go(func() { m.Run(s.watching) })
	return nil
}

func (s *System) became(who, state string) {
	s.feed.Record(livemap.Moment{Kind: livemap.Became, Who: who, Text: state})
}

// State is the state of everything now, and what can be done to each part.
func (s *System) State() status.State {
	now := s.state.get()
	now.Cannot = s.cannot()
	for i := range now.Servers {
		server := &now.Servers[i]
		server.ByHand = byHand(func(action string) string { return s.serverByHand(action, i, *server) })
	}
	for i := range now.Sentinels {
		w := &now.Sentinels[i]
		w.ByHand = byHand(func(action string) string { return s.sentinelByHand(action, *w) })
		w.ByHand[Failover] = s.sentinelByHand(Failover, *w)
	}
	for i := range now.Nodes {
		n := &now.Nodes[i]
		n.ByHand = byHand(func(action string) string { return signalByHand(action, n.PID) })
	}
	return now
}

// MapURL is where the live map is, "" without one.
func (s *System) MapURL() string { return s.mapURL }
