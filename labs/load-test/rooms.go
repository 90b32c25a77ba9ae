package loadtest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// The measures of many small rooms, which is what people run: each of six clients, with two messages a second.
const (
	roomsFit   = "rooms of 6, 2 messages/s each: clients, p99 < 50 ms"
	roomsCPU   = "rooms of 6, 3,000 clients: CPU per delivery"
	foreignCPU = "a message of a room at other nodes: CPU of a node"
	nodesCPU   = "1,200 clients in rooms of 6: CPU per delivery, 8 nodes ÷ 2"

	roomOf  = 6
	perRoom = 2 // messages a second
)

// oneRoom leaves out what is no different where everybody is in one room.
func oneRoom(systems []System) []System {
	return slices.DeleteFunc(slices.Clone(systems), func(s System) bool { return s.Name == Lanes.Name })
}

// smallRooms is a load of so many messages a second in rooms of six: what grows with the rate is how many rooms there are.
func smallRooms(nodes int, rate float64) Load {
	rooms := max(nodes, int(math.Round(rate/perRoom))/nodes*nodes) // of a multiple of the nodes all nodes get as many clients
	return Load{
		Clients: rooms * roomOf / nodes, Senders: rooms / nodes, Rooms: rooms, Rate: float64(rooms * perRoom),
		Warmup: 3 * time.Second, Length: 4 * time.Second, // presence has been told after two
	}
}

// rooms looks for how many clients in small rooms a system holds, and for what a delivery costs there.
func (m *comparison) rooms(ctx context.Context, l *Lab, systems []System, round int) error {
	const nodes, label = 2, "rooms of 6"
	for _, s := range systems {
		run, err := l.fresh(ctx, s, nodes, smallRooms(nodes, 3000./roomOf*perRoom), label, round)
		if err != nil {
			return err
		}
		if l.sound(&run) {
			m.figures[figure{roomsCPU, s.Name, round}] = run.CPU
		}
		goal := Goal{Load: func(rate float64) Load { return smallRooms(nodes, rate) }, Highest: mostRooms * perRoom}
		load := smallRooms(nodes, 2000)
		if before := m.rates[s.Name+label]; before > 0 {
			load, goal.Step = smallRooms(nodes, 0.8*before), 1.4
		}
		best, err := l.Search(ctx, s, nodes, load, goal, round)
		if err != nil {
			return err
		}
		m.rates[s.Name+label] = best.Load.Rate
		m.figures[figure{roomsFit, s.Name, round}] = float64(nodes * best.Load.Clients)
	}
	return nil
}

// mostRooms is where the search ends: 60,000 clients, each of which is two open files of one machine.
const mostRooms = 10_000

var foreignLoad = Load{Clients: 10, Senders: 1, Rate: 2000, Length: 5 * time.Second}

// foreign measures what a node without clients pays for the messages of others.
func (m *comparison) foreign(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, s := range systems {
		if s.Alone {
			continue // it has no other node
		}
		c, err := l.startWarm(ctx, s, 2)
		if err != nil {
			return err
		}
		run, err := c.runAt(ctx, c.Nodes[:1], foreignLoad, l.watch("foreign, "+s.Name))
		c.Close()
		if err != nil {
			return err
		}
		l.keep(&run, "foreign: all clients are at node 1", round)
		if l.sound(&run) {
			cpu := max(run.Servers[1].CPU, cpuStep)
			m.figures[figure{foreignCPU, s.Name, round}] = cpu * 1e6 / float64(run.Counts.Sent)
		}
	}
	return nil
}

// cpuStep is the step of the clock by which the kernel tells what a process has used, in seconds. Nobody is known to use less.
const cpuStep = 0.01

// nodes measures what a delivery costs when the same clients are at more nodes.
func (m *comparison) nodes(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, s := range systems {
		if s.Alone {
			continue
		}
		cpu := map[int]float64{}
		for _, nodes := range []int{2, 4, 8} {
			run, err := l.fresh(ctx, s, nodes, smallRooms(nodes, 1200./roomOf*perRoom), fmt.Sprintf("1,200 clients in rooms of 6, %d nodes", nodes), round)
			if err != nil {
				return err
			}
			if l.sound(&run) {
				cpu[nodes] = run.CPU
			}
		}
		if cpu[2] > 0 && cpu[8] > 0 {
			m.figures[figure{nodesCPU, s.Name, round}] = cpu[8] / cpu[2]
		}
	}
	return nil
}
