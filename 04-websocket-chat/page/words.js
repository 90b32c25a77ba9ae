// All that the page says, in each of its languages, under the same keys. speak.js fills in {name}. Where the form
// depends on a number, that is n. A node's own words stay as they are: {text}, {reason}.

export const languages = {
  en: {
    chat: "Chat", title: "{room} – Chat", conversation: "Conversation", messages: "Messages",
    joinTitle: "Join a room", yourName: "Your name", nameHint: "1 to 32 characters. Leave it empty to be a guest.",
    room: "Room", join: "Join", guest: "guest", lobby: "lobby",
    rooms: "Rooms", addRoom: "Another room", add: "Add", leaveRoom: "Leave {room}", changeName: "Change name", unread: "{n} unread",
    hereNow: "Here now: {n}", you: "(you)", more: "and {n} more", unknown: "Here now: ?",
    message: "Message", write: "Write a message", send: "Send", keys: "Enter sends, Shift and Enter begin a new line.",
    newMessages: { one: "{n} new message", other: "{n} new messages" }, older: { one: "{n} older line is no longer kept.", other: "{n} older lines are no longer kept." },

    connecting: "Connecting to {node} …", connected: "Connected to {node} as {name}", offline: "Not connected: {why}. Trying again.",
    tryIn: "(in {n} s)", tryNow: "Try now", mayMiss: "messages may be missing", missedSoFar: { one: "at least {n} message was missed", other: "at least {n} messages were missed" },
    noAnswer: "the node does not answer", noNode: "the node cannot be reached", noSocket: "the node is there, but no WebSocket to it comes about",
    noAddress: "{node} is no address that this page may connect to", told: "{text}", broke: "the connection broke",
    closed: "the connection was closed ({code})", closed_1001: "{reason}", closed_1008: "{reason}", closed_1009: "{reason}", closed_1013: "{reason}",
    refused: "{text}", refusedHere: "Not connected: the node refuses", named: "{name}",

    welcome: "You are {name} in {room}, on {node}.", lost: "Connection lost: {why}.",
    back: "Back, on {node}, after {time}. How many messages were missed meanwhile cannot be known: nobody stores them.",
    seconds: { one: "{n} second", other: "{n} seconds" }, moment: "less than a second",
    joined: "{names} joined.", left: "{names} left.", joinedMore: "{names} and {n} more joined.", leftMore: "{names} and {n} more left.",
    degraded: "Messages may be missing from now on: {text}",
    recovered: { one: "Messages arrive again; of those that can be counted, {n} was missed.", other: "Messages arrive again; of those that can be counted, {n} were missed." },
    recoveredNone: "Messages arrive again; of those that can be counted, none was missed.",
    corrected: { one: "More is known now: of the messages that can be counted, {n} was missed.", other: "More is known now: of the messages that can be counted, {n} were missed." },
    recoveredUnknown: "Messages arrive again; how many were missed is not known.",
    notJoined: "{room} cannot be joined: {text}", roomRefused: "not joined",

    announcement: "announcement", somebody: "somebody", toYou: "to you alone", bytes: "{n} bytes",
    sending: "sending", accepted: "accepted", unheard: "accepted; this node has not heard it come back",
    notAcknowledged: "Not acknowledged: it may have arrived or not.",
    notKnown: "Not known whether this arrived.", notKnownIn: "Not known whether this arrived in {room}, which you are not in.",
    notSent: "Not sent: there is no connection.", sendAgain: "Send again", edit: "Edit",

    code_bad_frame: "{text}", code_reserved_event: "{text}", code_not_in_room: "{text}", code_rate_limited: "{text}",
    code_unavailable: "{text}", code_forbidden: "{text}",
  },
  ja: {
    chat: "チャット", title: "{room} – チャット", conversation: "会話", messages: "メッセージ一覧",
    joinTitle: "ルームに入る", yourName: "名前", nameHint: "1～32文字。空欄ならゲストになります。",
    room: "ルーム", join: "入る", guest: "guest", lobby: "lobby",
    rooms: "ルーム", addRoom: "ほかのルーム", add: "追加", leaveRoom: "{room} から出る", changeName: "名前を変える", unread: "未読 {n} 件",
    hereNow: "参加者: {n}人", you: "（自分）", more: "ほか {n}人", unknown: "参加者: 不明",
    message: "メッセージ", write: "メッセージを書く", send: "送信", keys: "Enter で送信、Shift+Enter で改行します。",
    newMessages: { other: "新着メッセージ {n} 件" }, older: { other: "古い {n} 行は残っていません。" },

    connecting: "{node} に接続しています…", connected: "{node} に {name} として接続中", offline: "接続していません: {why}。再接続します。",
    tryIn: "（{n} 秒後）", tryNow: "今すぐ試す", mayMiss: "メッセージが欠けている可能性があります", missedSoFar: { other: "少なくとも {n} 件のメッセージが届きませんでした" },
    noAnswer: "ノードが応答しません", noNode: "ノードに到達できません", noSocket: "ノードは応答しますが、WebSocket を開けません",
    noAddress: "{node} は、このページが接続できるアドレスではありません", told: "ノードの返事: {text}", broke: "接続が切れました",
    closed: "接続が閉じられました（{code}）", closed_1001: "ノードが停止します（{reason}）", closed_1008: "メッセージが多すぎたか、許可されていません（{reason}）",
    closed_1009: "メッセージが大きすぎました（{reason}）", closed_1013: "このページの受信が遅すぎました（{reason}）",
    refused: "{text}", refusedHere: "接続していません: ノードに断られました", named: "{name}",

    welcome: "{node} で {room} に {name} として入りました。", lost: "接続が切れました: {why}。",
    back: "{time}に {node} に再接続しました。その間に届かなかったメッセージの数は分かりません。メッセージはどこにも保存されないためです。",
    seconds: { other: "{n} 秒後" }, moment: "1 秒以内",
    joined: "{names} が入りました。", left: "{names} が出ました。", joinedMore: "{names} ほか {n}人が入りました。", leftMore: "{names} ほか {n}人が出ました。",
    degraded: "これ以降、メッセージが欠ける可能性があります: {text}",
    recovered: { other: "メッセージが再び届くようになりました。数えられるもののうち、{n} 件が届きませんでした。" },
    recoveredNone: "メッセージが再び届くようになりました。数えられるもののうち、届かなかったものはありません。",
    corrected: { other: "その後分かったこと: 数えられるメッセージのうち、{n} 件が届きませんでした。" },
    recoveredUnknown: "メッセージが再び届くようになりました。届かなかった数は分かりません。",
    notJoined: "{room} に入れません: {text}", roomRefused: "入れません",

    announcement: "お知らせ", somebody: "だれか", toYou: "あなただけに", bytes: "{n} バイト",
    sending: "送信中", accepted: "受付済み", unheard: "受付済み（このノードには戻ってきていません）",
    notAcknowledged: "受付の確認がありません。届いたかどうか分かりません。",
    notKnown: "届いたかどうか分かりません。", notKnownIn: "入っていない {room} に届いたかどうか分かりません。",
    notSent: "送信していません。接続がありません。", sendAgain: "再送", edit: "編集",

    code_bad_frame: "形式が正しくありません（{text}）", code_reserved_event: "そのイベント名は使えません（{text}）",
    code_not_in_room: "そのルームに入っていません（{text}）", code_rate_limited: "送信が多すぎるため破棄されました。少し待ってください（{text}）",
    code_unavailable: "受け付けを確認できませんでした。届いたかどうか分かりません（{text}）", code_forbidden: "許可されていません（{text}）",
  },
};
