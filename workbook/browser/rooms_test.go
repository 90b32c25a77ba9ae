package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

// isJoined is true when the page is in the room that is shown.
const isJoined = `document.querySelector("#rooms .choose[aria-current]").parentNode.dataset.state === "joined"`

// addRoom goes into one more room, as a person with a mouse does, and waits until the page is in it.
func (b tab) addRoom(name string) {
	b.t.Helper()
	b.evaluate(`document.getElementById("another").value = ` + quote(name) + `, document.querySelector("#add button").click(), true`)
	b.shows("where", name)
	b.until(isJoined)
}

func (b tab) choose(room string) {
	b.t.Helper()
	b.evaluate(`[...document.querySelectorAll("#rooms .choose")].find((e) => e.querySelector("bdi").textContent === ` + quote(room) + `).click(), true`)
	b.shows("where", room)
}

// say sends a message of bob's into a room. When it has arrived, nothing sent before it is still under way.
func (n *node) say(room, text string) {
	n.hub.Deliver([]chat.Event{{Name: "message", Data: jsonOf(text), From: "bob", Rooms: []string{room}}})
}

func TestSeveralRoomsByOneConnection(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, watchful)
	b.shows("status", "Connected")
	n.say("lobby", "in the lobby")
	b.shows("log", "in the lobby")
	b.types("a draft for the lobby")

	b.addRoom("go")
	b.until(`document.getElementById("text").value === ""`)
	b.until(`!document.getElementById("log").innerText.includes("in the lobby")`)
	b.shows("present-title", "Here now: 1")
	n.say("go", "in go")
	b.shows("log", "in go")
	b.types("a draft for go")
	n.say("lobby", "one")
	n.say("lobby", "two")
	b.shows("rooms", "2 unread")
	b.until(`document.title === "(2) go – Chat"`)
	b.picture("rooms")

	b.choose("lobby")
	b.until(`document.getElementById("text").value === "a draft for the lobby"`)
	b.shows("log", "two")
	b.until(`!document.getElementById("rooms").innerText.includes("unread") && document.title === "lobby – Chat"`)
	b.until(`!document.getElementById("log").innerText.includes("in go")`)
	b.types("!\r") // goes into the room that is shown
	b.until(`document.querySelector(".mine")?.dataset.state === "placed"`)

	b.choose("go")
	b.shows("log", "in go")
	b.until(`document.getElementById("text").value === "a draft for go" && !document.querySelector(".mine")`)
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.shows("where", "lobby")
	b.until(`document.querySelectorAll("#rooms li").length === 1`)
	n.say("go", "not heard")
	n.say("lobby", "heard")
	b.shows("log", "heard")
	b.until(`!document.getElementById("log").innerText.includes("not heard")`)
	b.evaluate(`sockets.length === 1`)
	b.untouched()
}

func TestAllRoomsAreJoinedAgain(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	b.addRoom("go")
	b.addRoom("rust")
	n.stop()
	b.shows("status", "Not connected")
	n.options.MaxRooms = 2
	n.start()
	b.shows("status", "Connected")
	b.shows("rooms", "not joined")
	n.say("go", "into go")
	n.say("rust", "into rust") // the address of the connection names the room that was shown
	b.shows("log", "into rust")
	b.choose("go")
	b.shows("log", "go cannot be joined: you are in 2 rooms, the most that one connection may be in")
	b.until(`document.getElementById("send").disabled && !document.getElementById("log").innerText.includes("into go")`)
	b.picture("room-refused")

	b.choose("lobby")
	b.until(isJoined)
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.evaluate(`document.querySelector("#rooms .choose:has(.bad) + .leave").click(), true`)
	b.addRoom("go") // there is room for it now
	n.say("go", "into go")
	b.shows("log", "into go")
}

func TestRoomThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, n.url("alice")+"&lang=ja", 1100, 700)
	b.shows("status", "接続中")
	b.evaluate(`document.getElementById("another").value = "x".repeat(65), document.querySelector("#add button").click(), true`)
	b.shows("log", "形式が正しくありません")
	b.shows("log", "a room is 1 to 64 bytes of printable UTF-8")
	b.picture("room-refused-ja")
}

// A node answers 40 frames at once and then 20 a second: the page asks no faster than it is answered.
func TestManyRoomsAreJoinedAtTheSpeedOfTheNode(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", RateBurst: 3})
	b := openWith(t, n.url("alice"), 1100, 700, `sessionStorage.setItem("chat.rooms", JSON.stringify(["a", "b", "c", "d", "e", "f"]))`)
	b.shows("status", "Connected")
	for _, room := range []string{"a", "b", "c", "d", "e", "f"} {
		b.choose(room)
		b.until(isJoined)
	}
}

// A room that is left while there is no connection must not come back with it.
func TestRoomThatIsLeftWhileThereIsNoConnection(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.door.set("1")
	b := openWith(t, n.url("alice"), 1100, 700, `sessionStorage.setItem("chat.rooms", JSON.stringify(["go", "lobby"]))`)
	b.shows("status", "Not connected")
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.shows("where", "go")
	n.door.set("")
	b.shows("status", "Connected")
	b.shows("present-title", "Here now: 1")
	n.say("lobby", "into the lobby")
	n.say("go", "into go")
	b.shows("log", "into go")
	b.until(`!document.getElementById("log").innerText.includes("lobby")`)
}

// The room that a connection begins in is part of its address: one that no node accepts must not keep the page out.
func TestRefusedRoomDoesNotKeepThePageFromComingBack(t *testing.T) {
	t.Parallel()
	peer := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	n := start(t, chat.Options{Node: "n1"}, "http://"+peer.addr)
	b := join(t, n, "alice")
	refused := strings.Repeat("x", 65)
	b.evaluate(`document.getElementById("another").value = ` + quote(refused) + `, document.querySelector("#add button").click(), true`)
	b.shows("rooms", "not joined")
	b.shows("where", refused)
	n.stop()
	b.shows("status", "Connected to n2 as alice") // a peer's answer could not even be read
	n.start()
	peer.stop()
	b.shows("status", "Connected to n1 as alice")
	b.shows("where", refused) // which still is the one that is shown

	b.evaluate(`document.querySelector("#rooms li .leave").click(), true`) // with no room but that one
	b.until(`document.querySelectorAll("#rooms li").length === 1`)
	n.stop()
	b.shows("status", "Not connected")
	n.start()
	b.shows("status", "Connected to n1 as alice")
	b.addRoom("go")
	n.say("lobby", "not for alice")
	n.say("go", "for alice")
	b.shows("log", "for alice")
	b.until(`!document.getElementById("log").innerText.includes("not for alice")`)
}
