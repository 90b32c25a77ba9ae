package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/06-emitter/system"
	"github.com/chromedp/chromedp"
)

// chromium is the one browser of this run; each tab is a context derived from it. Nil: there is none.
var chromium context.Context

// Called with a kind of node and an interval, the test program is such a node, which publishes a probe that often.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && (os.Args[1] == onPubSub || os.Args[1] == onStream) {
		kind := os.Args[1]
		os.Setenv("PROBE_INTERVAL", os.Args[2])
		os.Setenv("PUBLISH_TIMEOUT", patience.String())
		os.Args = os.Args[:1]
		if kind == onStream {
			os.Exit(streamNode())
		}
		os.Exit(system.NodeMain())
	}
	// Tests wait more than they compute, but a page that is loaded keeps a core busy. -parallel still has the last word.
	flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	redistest.Main(browsing{m})
}

// browsing are tests that share one browser. It ends before the search for
// goroutines that are left.
type browsing struct{ m *testing.M }

func (b browsing) Run() int {
	bin := find()
	if bin == "" {
		return b.m.Run() // each test says what is missing
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("ignore-certificate-errors", true), // an authority of a test's own: no page here comes from elsewhere
		chromedp.WSURLReadTimeout(patience),
	)
	if os.Geteuid() == 0 { // as in a container: Chromium refuses to run as root with its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, quit := chromedp.NewContext(allocator)
	defer quit()
	if err := chromedp.Do(browser); err != nil { // starts it
		fmt.Fprintf(os.Stderr, "start %s: %v\n", bin, err)
		return 1
	}
	chromium = browser
	return b.m.Run()
}

// find returns the path of a Chromium, or "".
func find() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}
