package model

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// How far the model may be from what was measured. docs/past-this-machine.md says the same.
const (
	offCPU      = 0.15
	offMessages = 0.10
	offBytes    = 0.15
)

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../../" + name)
	require.NoError(t, err)
	return string(b)
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return n
}

// near requires that a figure of the model is one that was measured, or not far from it.
func near(t *testing.T, measured, modelled, off float64, what string, args ...any) {
	t.Helper()
	t.Logf("%s: measured %.4g, modelled %.4g: %+.0f %%", fmt.Sprintf(what, args...), measured, modelled, 100*(modelled/measured-1))
	require.InEpsilon(t, measured, modelled, off, fmt.Sprintf(what, args...))
}

// A row of the lab's table: what nodes hear, nodes, rooms, deliveries a second, µs a delivery, and as a ratio, messages and MB of each set.
var sharesRow = regexp.MustCompile(`(?m)^(everything|lanes|lanes, 2 sets) +(\d) +(\d+) +(\d+) +(\d+) +([\d.]+) +(\d+(?:, \d+)*) +([\d.]+(?:, [\d.]+)*)$`)

// Its µs are not compared, but those of eight nodes on lanes with those of eight that hear everything: a node that has little to do costs two to
// three times of what docs/performance.md's rows make of it.
func TestModelGivesWhatTheLabHasMeasured(t *testing.T) {
	const seconds, members, said = 8, 3, 64
	rows := sharesRow.FindAllStringSubmatch(text(t, "labs/scale-out/README.md"), -1)
	require.Len(t, rows, 6)
	var measured, modelled float64 // of eight nodes that hear everything
	for _, row := range rows {
		kind, sets := OnLanes, 1+strings.Count(row[7], ",")
		if row[1] == string(Everything) {
			kind = Everything
		}
		nodes := int(number(t, row[2]))
		clients, deliveries := members*number(t, row[3]), number(t, row[4])
		every := clients * (members - 1) / deliveries
		c := Crowd{Clients: clients, Room: members, Every: time.Duration(every * float64(time.Second)), Bytes: said}
		p := New(c, Measured, kind, sets, nodes)
		name := fmt.Sprintf("%s, nodes: %d", row[1], nodes)
		var messages float64 // one set may have more of the lanes than the other
		for _, n := range strings.Split(row[7], ", ") {
			messages += number(t, n)
		}
		near(t, messages, p.AtMaster*seconds*float64(sets), offMessages, "%s: messages", name)
		if nodes == 1 {
			continue // its MB are less than one, with one digit
		}
		var sent float64
		for _, n := range strings.Split(row[8], ", ") {
			sent += number(t, n)
		}
		near(t, sent, p.SetBytes*seconds*float64(sets)/1e6, offBytes, "%s: MB", name)
		if kind == Everything {
			measured, modelled = number(t, row[5]), p.DeliveryCPU(c)
			continue
		}
		near(t, number(t, row[5])/measured, p.DeliveryCPU(c)/modelled, offCPU, "%s: CPU to that of hearing everything", name)
	}
}

// In the load test a room is at all nodes, so all of them hear it.
func TestModelGivesWhatTheLoadTestHasMeasured(t *testing.T) {
	page := text(t, "docs/performance.md")
	figures := func(pattern string) (all []float64) {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(page)
		require.NotNil(t, m, pattern)
		for _, s := range m[1:] {
			all = append(all, number(t, strings.ReplaceAll(s, ",", "")))
		}
		return all
	}
	cpu := func(measured float64, nodes int, clients, room, deliveries float64, what string, args ...any) {
		t.Helper()
		every := clients * (room - 1) / deliveries
		c := Crowd{Clients: clients, Room: room, Every: time.Duration(every * float64(time.Second)), Bytes: 128}
		near(t, measured, New(c, Measured, Everything, 1, nodes).DeliveryCPU(c)*1e6, offCPU, what, args...)
	}
	busy := figures(`CPU per delivery at the rate that saturates Node.js \| ceiling \| ([\d.]+) µs \| ([\d.]+) µs`)
	rate := figures(`The same load on all four: ([\d,]+) deliveries a second`)
	cpu(busy[0], 2, 200, 200, rate[0], "busy")
	require.InDelta(t, busy[1], Measured.Write*1e6, 0.001, "an input")

	// What each measure does: labs/load-test/compare.go and grow.go.
	light := figures(`light load: CPU per delivery \| node.js \| ([\d.]+) µs`)
	cpu(light[0], 2, 100, 100, 50*99, "light load")
	large := figures(`CPU per delivery, 5000 ÷ 100 connections in a room \| — \| ([\d.]+) µs ÷ ([\d.]+) µs`)
	cpu(large[0], 2, 5000, 5000, 40_000, "5000 connections")
	cpu(large[1], 2, 100, 100, 40_000, "100 connections")
	rooms := figures(`CPU per delivery, 1000 ÷ 1 rooms of 5 \| — \| ([\d.]+) µs ÷ ([\d.]+) µs`)
	cpu(rooms[0], 1, 5000, 5, 4_000, "1000 rooms")
	cpu(rooms[1], 1, 5, 5, 4_000, "1 room")
	nodes := figures(`CPU per delivery, 4 ÷ 1 nodes of 100 connections \| — \| ([\d.]+) µs ÷ ([\d.]+) µs`)
	cpu(nodes[0], 4, 400, 400, 40_000, "4 nodes")
	cpu(nodes[1], 1, 100, 100, 10_000, "1 node")

	idle := figures(`resident memory of an idle connection \| — \| ([\d.]+) KiB`)
	require.InDelta(t, idle[0]*1024, Measured.Connection, 0.001, "an input")
	kernel := figures(`the kernel's memory for both ends of a connection.*\| ([\d.]+)–([\d.]+) KiB`)
	require.InDelta(t, (kernel[0]+kernel[1])/4*1024, Measured.Kernel, 0.03*Measured.Kernel, "an input")
}

func TestThePageSaysHowFarOffTheModelMayBe(t *testing.T) {
	page := text(t, "docs/past-this-machine.md")
	for what, off := range map[string]float64{"CPU": offCPU, "messages": offMessages, "bytes": offBytes} {
		require.Contains(t, page, fmt.Sprintf("| %s | %.0f %% |", what, 100*off))
	}
	for _, cost := range []float64{Measured.Say, Measured.Heard, Measured.Write, Measured.Publish, Measured.Copy, Measured.Take} {
		require.Contains(t, page, fmt.Sprintf("| %.3g µs |", cost*1e6))
	}
	require.Contains(t, page, fmt.Sprintf("| %.3g cores |", Measured.Awake))
	require.Contains(t, page, fmt.Sprintf("| %.1f and %.1f KiB |", Measured.Connection/1024, Measured.Kernel/1024))
}

func TestOnlySetsDivideWhatAMasterSends(t *testing.T) {
	c := Talk
	c.Clients = 1_000_000
	everything, onLanes := New(c, Measured, Everything, 1, 10), New(c, Measured, OnLanes, 1, 10)
	require.InEpsilon(t, everything.MasterBytes, onLanes.MasterBytes, 0.05, "each replica gets a copy of all")
	require.Less(t, onLanes.NodeCores, everything.NodeCores)
	require.InEpsilon(t, onLanes.MasterBytes/4, New(c, Measured, OnLanes, 4, 10).MasterBytes, 0.05)
}

// Each set more gives every node the probes of all others once more. So more sets are not always better.
func TestFitTakesAsManySetsAsAreNeededAndNoMore(t *testing.T) {
	c := Talk
	c.Clients = 10_000_000
	p := Fit(c, Measured, Usual, OnLanes, MostSets)
	used, _ := p.Worst(Usual)
	require.LessOrEqual(t, used, 1.0)
	used, what := New(c, Measured, OnLanes, p.Sets-1, p.Nodes).Worst(Usual)
	require.Greater(t, used, 1.0)
	require.Equal(t, "a master's one core", what)
	require.Greater(t, New(c, Measured, OnLanes, MostSets, p.Nodes).NodeCores, p.NodeCores)
}

func TestBreaksIsTheFirstSizeThatIsTooMuch(t *testing.T) {
	for _, k := range kinds {
		clients, what := Breaks(Talk, Measured, Usual, k.kind, k.most)
		c := Talk
		c.Clients = clients
		used, worst := Fit(c, Measured, Usual, k.kind, k.most).Worst(Usual)
		require.Greater(t, used, 1.0, k.name)
		require.Equal(t, worst, what, k.name)
		c.Clients -= 100_000
		used, _ = Fit(c, Measured, Usual, k.kind, k.most).Worst(Usual)
		require.LessOrEqual(t, used, 1.0, k.name)
		require.False(t, math.IsNaN(used))
	}
}
