package report

import (
	"fmt"
	"math"
	"time"

	loadtest "example.com/redis-chat/labs/load-test"
)

// sample is a made-up report of all that the lab can measure: three rounds of
// four systems, with a search, idle crowds, growth and the rows of compare.
func sample() *loadtest.Report {
	r := &loadtest.Report{
		Title: "compare", Command: "loadtest compare -rounds 3 -html report.html && echo <done>",
		Started: time.Date(2026, 3, 4, 15, 30, 0, 0, time.UTC), Seconds: 754,
		Machine:  loadtest.Machine{CPU: "Example CPU 3000 at 3.1 GHz", Cores: 8, MemoryBytes: 16 << 30, System: "Linux 6.12"},
		Versions: []loadtest.Version{{Name: "go", Version: "1.26.8"}, {Name: "redis-server", Version: "8.0.2"}, {Name: "node.js", Version: "22.4.0"}, {Name: "centrifuge", Version: "0.38.0"}},
		Notes:    []string{"The peers speak their own protocols; the lab speaks each.", "A note with <script>alert(1)</script> in it."},
	}
	speed := map[string]float64{ours: 1, "node.js": 9, "centrifuge": 2.5, ceiling: 0.5}
	for round := 1; round <= 3; round++ {
		for _, system := range []string{"node.js", ours, "centrifuge", ceiling} {
			// The second round is the median: the first is the best, the third the worst.
			slow := speed[system] * (0.8 + 0.2*float64(round))
			r.Runs = append(r.Runs, light(system, round, slow))
			for _, rate := range []float64{200, 400, 800} {
				r.Runs = append(r.Runs, step(system, round, rate, 400/math.Sqrt(speed[system])))
			}
			r.Idle = append(r.Idle, loadtest.Idle{System: system, Round: round, Nodes: 2, Connections: 10000,
				PerSecond: 9000 / slow, BackPerSecond: 8000 / slow, ConnectCPU: 60 * slow, Resident: 6200 * slow, CPU: slow / 4})
		}
	}
	for _, what := range []string{"connections in a room", "nodes"} {
		for _, system := range []string{"node.js", ours, "centrifuge"} {
			g := loadtest.Growth{System: system, What: what}
			for i, size := range []int{50, 100, 200, 500, 1000, 2000} {
				g.Steps = append(g.Steps, loadtest.GrowthStep{Size: size, Deliveries: float64(size) * 100,
					CPU: speed[system] * (0.9 + 0.02*float64(i)*speed[system]), P99: speed[system] * 2})
			}
			r.Growth = append(r.Growth, g)
		}
	}
	row := func(measure, against, mine, theirs string, ratio float64, target, verdict string) {
		r.Rows = append(r.Rows, loadtest.Row{Measure: measure, Against: against, Ours: mine, Theirs: theirs,
			Ratio: ratio, Lowest: ratio * 0.95, Highest: ratio * 1.06, Target: target, Verdict: verdict})
	}
	row("sustained deliveries/s, 2 × 500", "node.js", "412,000 deliveries/s", "46,100 deliveries/s", 8.94, "≥ 8 ×", pass)
	row("sustained deliveries/s, 2 × 500", "centrifuge", "412,000 deliveries/s", "231,000 deliveries/s", 1.78, "≥ 2 ×", short)
	row("CPU per delivery, light load", "node.js", "1.02 µs", "9.11 µs", 8.93, "≥ 6 ×", pass)
	row("CPU per delivery, light load", "centrifuge", "1.02 µs", "2.55 µs", 2.5, "≥ 2 ×", pass)
	row("p50, light load", "node.js", "0.51 ms", "4.60 ms", 9.02, "≥ 2 ×", pass)
	row("p99, light load", "node.js", "2.10 ms", "1.20 s", 571, "≥ 2 ×", pass)
	row("p99, light load", "centrifuge", "2.10 ms", "5.25 ms", 2.5, "≥ 2 ×", pass)
	row("memory of an idle connection", "node.js", "6.20 KiB", "54.1 KiB", 8.7, "≥ 4 ×", pass)
	row("memory of an idle connection", "", "6.20 KiB", "", 6.2, "≤ 8 KiB", pass)
	row("connections a second", "node.js", "9,000 connections/s", "1,010 connections/s", 8.9, "≥ 4 ×", pass)
	row("deliveries/s of the ceiling", ceiling, "", "", 0, "≥ 0.5 ×", "the lab was the limit: it used 3.9 of 4 cores")
	return r
}

func light(system string, round int, slow float64) loadtest.Run {
	run := loadtest.Run{
		System: system, Label: "light load", Round: round, Nodes: 2,
		Load:       loadtest.Load{Clients: 100, Senders: 5, Rooms: 1, Rate: 50, Size: 128, Length: 12 * time.Second},
		Counts:     loadtest.Counts{Sent: 600, Expected: 119400, Delivered: 119400},
		Late:       loadtest.Latency{P50: 0.5 * slow, P90: 0.9 * slow, P99: 2.1 * slow, P999: 6 * slow, Max: 14 * slow},
		Deliveries: 9950, CPU: 1.02 * slow, RedisCPU: 0.3,
		Servers: []loadtest.Usage{
			{Name: "node-1", CPU: 0.1, Resident: 20 << 20}, {Name: "node-2", CPU: 0.1, Resident: 22 << 20},
			{Name: "master", CPU: 0.1, Resident: 500 << 20}},
		Generator: loadtest.Generator{CPU: 4, Cores: 0.41, LateP99: 0.2},
	}
	for x := 0.0; x < 4.4; x += 0.1 {
		p := 100 * (1 - math.Pow(10, -x))
		run.Curve = append(run.Curve, loadtest.Point{Percentile: p, Millis: slow * 0.3 * math.Exp(0.8*x)})
	}
	run.Curve = append(run.Curve, loadtest.Point{Percentile: 100, Millis: run.Late.Max})
	for s := range 12 {
		wave := 1 + 0.2*math.Sin(float64(s)+slow)
		run.Timeline = append(run.Timeline, loadtest.Moment{Second: s, Deliveries: int64(9950 * (1 + 0.01*wave)),
			P50: 0.5 * slow * wave, P99: 2.1 * slow * wave})
	}
	return run
}

// step is one step of a search: above what the system can do it fails.
func step(system string, round int, rate, most float64) loadtest.Run {
	run := light(system, round, rate/100)
	run.Label, run.Load.Rate, run.Load.Clients = "search 2 × 500", rate, 500
	run.Deliveries = rate * 999
	run.Generator.Cores = rate / 250
	if rate > most {
		run.Failed = fmt.Sprintf("p99 passed 250 ms at %s messages/s", whole(rate))
	}
	if rate >= 800 {
		run.Generator.Bottleneck = "it used 3.2 of 4 cores"
	}
	return run
}
