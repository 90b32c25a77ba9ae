package system

import (
	"context"
	"fmt"
	"log/slog"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// startServers starts Redis, and an observer for each server.
func (s *System) startServers(ctx context.Context) (err error) {
	options := topology.Options{Backend: s.backend, Replicas: len(s.o.RedisPorts) - 1, Ports: s.o.RedisPorts}
	if s.o.Logs != nil && *s.o.Logs <= slog.LevelDebug {
		options.Log, options.LogLevel = printer{s.feed}, "verbose"
	}
	if s.o.Sentinels > 0 {
		err = s.startWatched(ctx, options)
	} else {
		s.top, err = topology.Start(ctx, options)
	}
	if err != nil {
		return err
	}
	addrs := s.top.Addrs()
	s.state.change(func(now *known) {
		now.backend, now.inside = s.why, !s.processes()
		for i, addr := range addrs {
			now.servers = append(now.servers, server{
				Server: status.Server{Name: s.serverName(i), Addr: addr, PID: s.serverPID(i), State: status.Starting}, heard: status.Starting,
			})
		}
	})
	s.master.Store(observerClient(addrs[0]))
	client := observerClient(addrs[0])
	s.emitter = emitter.New(client, emitter.Options{Key: s.o.Key})
	client.Close() // the emitter has a connection of its own
	s.observing = make(chan int, len(addrs))
	for i := range addrs {
		s.background.Go(func() { s.observe(s.watching, i) })
	}
	s.followSentinels()
	return nil
}

// serverName is master, replica-1, … Where Sentinels decide who is what, it is server-1, …
func (s *System) serverName(i int) string {
	switch {
	case s.o.Sentinels > 0:
		return fmt.Sprintf("server-%d", i+1)
	case i == 0:
		return "master"
	}
	return fmt.Sprintf("replica-%d", i)
}

func (s *System) processes() bool { return s.backend.Kind == launch.KindServer }

// serverPID is 0 for a server inside this program.
func (s *System) serverPID(i int) int {
	top := s.top
	if s.watchers != nil {
		top = s.watchers.Topology
	}
	if p, ok := top.(interface{ PID(int) int }); ok {
		return p.PID(i)
	}
	return 0
}

// printer writes the servers' log lines.
type printer struct{ feed *livemap.Feed }

func (p printer) Write(line []byte) (int, error) {
	p.feed.Print(string(line))
	return len(line), nil
}
