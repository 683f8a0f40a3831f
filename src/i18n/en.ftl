# What vincula says in English. Same keys and placeholders as the other translation files.

## Link and unlink
link-done = { $done ->
    [0] None of the { $all } groups is now in { $community }.
    [one] { $done } of { $all } groups is now in { $community }.
   *[other] { $done } of { $all } groups are now in { $community }.
}
link-done-one = { $name } is now in { $community }.
unlink-done = { $done ->
    [0] None of the { $all } groups has left { $community }.
    [one] { $done } of { $all } groups is no longer in { $community }.
   *[other] { $done } of { $all } groups are no longer in { $community }.
}
unlink-done-one = { $name } is no longer in { $community }.
link-already = { $name }: was already in it
link-already-one = { $name } was already in { $community }.
unlink-already = { $name }: was not in it
unlink-already-one = { $name } was not in { $community }.
nothing-changed = Nothing changed in { $community }: it was already like that.
none-certain = None of the { $all } changes in { $community } could be confirmed.
group-elsewhere = { $name }: belongs to { $community }. Move it: { $command }
group-elsewhere-unlink = { $name }: belongs to { $community }, not to this community
group-elsewhere-unnamed = { $name }: belongs to another community
move-all = Move all of them at once: { $command }
group-announcement = { $name }: is the announcement group of a community: it stays where it is
group-is-community = { $name }: is a community, and this needs a group
is-group = { $name } is a group, and this needs a community: { $usage }
in-no-community = no community
group-last = { $name }: a community keeps at least one group, so this one stays
group-community-full = { $name }: { $community } is full: it holds { $limit } groups at most
group-gone = { $name }: no such group, or the bot's number is not in it
group-not-a-member = { $name }: the bot's number is not in this group. Add it to the group, then try again
group-invitation-expired = { $name }: this invite link leads nowhere. It may have been reset: copy it again
group = { $name }
group-rejected = { $name }: Z-API refused: { $reason }
group-rejected-plain = { $name }: Z-API refused. Is the bot's number an admin of the community and of the group?
group-failed = { $name }: { $reason }
group-cancelled = { $name }: not done: the command was cancelled
group-not-shown = { $name }: Z-API said it was done, but the community does not show it. Check again in a minute: { $command }
group-not-shown-after = { $name }: { $reason } So far the community shows no change. Check again in a minute: { $command }
group-not-read-back = { $name }: I could not check the result. Check again in a minute: { $command }

## Names
no-group = I don't know a group { $name }
no-group-number = I don't know a group { $name }. A number counts only if the last list has it, and with no names beside it
no-group-nearest = I don't know a group { $name }. Did you mean { $candidates }?
no-pattern = No group matches { $name }
many-groups = { $name } could be { $candidates }
many-groups-more = { $name } could be { $candidates } and { $count } more: write more of the name
no-here = “here” is this chat, and this chat is not a group
no-community = I don't know a community { $name }. See them all with { $command }
no-community-nearest = I don't know a community { $name }. Did you mean { $candidates }? { $count ->
    [one] Answer “yes”; nothing was changed.
   *[other] Answer with the number; nothing was changed.
}
many-communities = { $name } could be { $candidates }. Answer with the number; nothing was changed.
no-communities = This number is in no community.

## Lists
communities = { $count ->
    [one] { $count } community:
   *[other] { $count } communities:
}
community = { $community }: { $count } of { $limit } groups
community-unlisted = { $community }: Z-API does not show its groups now. Check again in a minute.
community-empty = There is no group in it but the announcement group.
groups = { $count ->
    [one] { $count } group:
   *[other] { $count } groups:
}
groups-none = This number is in no group.
groups-none-of = No group matches { $name }. See them all: { $command }

## People
whoami = You are { $name }.
whoami-phone = Number: { $phone }
whoami-lid = Lid: { $lid }
whoami-chat = This chat: { $chat }
whoami-may = Commands: { $commands }
whoami-where = Communities: { $communities }
all-commands = all
all-communities = all
forbidden = You may not use { $command } here. The person who runs this bot can allow it.
forbidden-in = You may not use { $command } in { $community }. The person who runs this bot can allow it.
rights-revoked = You are no longer an admin of this bot, so the command was not run.
rights-revoked-running = You may no longer do this here, so nothing more was done. The command had already started: part of it may be in effect.
not-an-admin = This number only takes commands from its admins.

## Status
status-connected = WhatsApp is connected.
status-disconnected = WhatsApp is not connected. Open the instance at Z-API and scan the QR code with the phone.
status-unread = I could not ask Z-API: { $reason }
status-waiting = { $count ->
    [0] Nothing is waiting.
    [one] { $count } other command is waiting.
   *[other] { $count } other commands are waiting.
}
status-dead = { $count ->
    [one] { $count } command has failed.
   *[other] { $count } commands have failed.
}

## Usage errors, limits, retries, cancellation
unknown-command = There is no command { $name }. All of them: { $help }
unknown-command-nearest = There is no command { $name }. Did you mean { $nearest }?
unclosed-quote = The quote { $quote } is not closed. Write: { $usage }
missing-community = Which community? Write: { $usage }
missing-groups = Which groups? Write: { $usage }
too-many-words = I don't know what to do with { $word }. Write: { $usage }
leftover-words = I did not understand { $word }, so nothing was done. I understood: { $names }. Put commas between names: { $usage }
exclusion = With { $word } I can't tell which ones you mean: send just those. Write: { $usage }
no-later = I do things at once and can’t schedule them, so nothing was done. If you mean now, send it again without { $word }: { $usage }
example = For example: { $example }
too-old = { $count ->
    [one] This command reached me { $age } late, so I did not run it. Send it again if you still want it.
   *[other] { $count } commands reached me up to { $age } late, so I did nothing. Send again what you still need.
}
duration-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
duration-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
duration-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
message-deleted = You deleted that message, so I did nothing.
message-edited = You changed the message, so I did nothing. If you still want something, send a new message.
too-many-commands = That is more than { $limit } commands in one message, so I did nothing. Send them in smaller portions.
edit-of-several = I don't rerun edited messages with several commands. Send what is still missing as a new message.
edit-of-unknown = I did not see the first text of this message. Send what you want as a new message.
rate-limited = { $limit ->
    [one] More than { $limit } command in a minute: wait a moment. What I accepted goes on.
   *[other] More than { $limit } commands in a minute: wait a moment. What I accepted goes on.
}
failed = I could not finish this command and gave up: { $reason } Send it again once that is fixed: { $status } shows it.
retrying = { $reason } I'll keep trying for up to { $time }. { $cancel } stops it.
cancelled = Cancelled. Nothing was changed.
cancel-none = No command is waiting in this chat.
cancel-stopped = Cancelled { $command }. I'll tell you how it went.
cancel-running = { $command } is running right now. If it fails, I won't try again.

## Errors of Z-API
api-unreachable = Z-API cannot be reached.
api-no-answer = Z-API did not answer.
api-busy = Z-API asks to slow down.
api-failed = Z-API has trouble (status { $status }).
api-partly-failed = Z-API has trouble.
api-disconnected = WhatsApp is not connected to Z-API. Scan the QR code again.
api-client-token = Z-API does not accept the Client-Token. The person who runs this bot must set it.
api-instance = Z-API does not know the instance. The person who runs this bot must check its id and token.
api-address = Z-API does not accept calls from this server. The person who runs this bot must allow its address.
api-rejected = Z-API refused: { $reason }.
api-unreadable = I could not read Z-API's answer.
internal = Something went wrong inside the bot; the person who runs it will find the cause in the log.

## Help
help-title = What I can do:
help-on-one = More on one: { $example }
help-usage = Write: { $usage }
help-also = Also: { $names }
help-marks =
    ✅ done · ☑️ already so
    ❓ not sure · ❌ not done
help-marks-groups =
    ✅ done · ☑️ already so · ❓ not sure
    ⚠️ belongs elsewhere · ❌ not done
arg-community = <community>
arg-groups = <groups…>
arg-words = [words]
arg-command = [command]
arg-all = [all]
here = here
all = all everything
help-link = put groups into a community
help-link-long = You can write a group’s name, the beginning of its name, its id, an invite link, “here” (this chat) or a pattern such as vendas*. Names with commas go in quotes. People in the group join the announcement group.
help-link-example =
    "Bairro Feliz" futebol, mães
    Sales vendas* here
help-unlink = take groups out of a community
help-unlink-long = The groups themselves stay. People who are in no other group of the community leave its announcement group.
help-unlink-example =
    "Bairro Feliz" futebol
    Sales "Vendas Sul", here
help-communities = list the communities
help-communities-long = Each has a number, which works as its name in your next command. Ids are shown where two names are alike.
help-communities-example = { "" }
help-community = show a community
help-community-long = Description, people, id, and its groups with numbers. The announcement group is not counted.
help-groups-long = After each group comes its community. The numbers work as names in your next command: 1 3-5. An id is shown where names are alike, or where only one group is found.
help-community-example =
    "Bairro Feliz"
    sales
help-groups = list groups, all or by words
help-groups-example =
    vendas
    vendas*
help-cancel = cancel a waiting command of this chat
help-cancel-long = On its own: the oldest of this chat that is not done. With “all”: all of them. What is running at that moment is not tried again. What was changed before stays so, and the answer says it.
help-cancel-example =
    { "" }
    all
help-help = what I can do
help-help-long = With a command's name: how it is written.
help-help-example =
    link
    /undo
help-whoami = how the bot knows you
help-whoami-long = Your number, your lid, and what you may do.
help-whoami-example = { "" }
help-status = is WhatsApp connected, what waits
help-status-long = Asks Z-API, counts the commands that are waiting or have failed, and says when Z-API's subscription ends, if that is near.
help-status-example = { "" }

## Prompts and dry runs
confirm = Shall I? Answer “yes” or 👍 within 5 minutes; “no” cancels.
dry-run = This was a trial: nothing was changed. Without --try it is done.
link-would = { $done ->
    [0] None of the { $all } groups would be in { $community }.
    [one] { $done } of { $all } groups would be in { $community }.
   *[other] { $done } of { $all } groups would be in { $community }.
}
link-would-one = { $name } would be put into { $community }.
unlink-would = { $done ->
    [0] None of the { $all } groups would leave { $community }.
    [one] { $done } of { $all } groups would leave { $community }.
   *[other] { $done } of { $all } groups would leave { $community }.
}
unlink-would-one = { $name } would leave { $community }.
choose = { $count ->
    [one] Answer “yes”.
   *[other] Answer with the number you mean (several: 1 3).
}
confirm-nothing = Nothing is waiting for an answer here.
undo-hint = To take back what was done: { $command }
confirm-how = Answer “yes” or “no”; nothing was done yet.
confirm-media = This photo is not part of the question above, and nothing was done yet. Reply “yes” to go on without it, or “no” and send the command as the caption of the photo.
confirm-how-named = I am still waiting for a “yes” or “no” to { $pending }; nothing was done yet.
confirm-how-number = Answer with a number from 1 to { $last }, or “no”.
confirm-replaced = My earlier question no longer counts.
confirm-replaced-named = My earlier question no longer counts. If you still want it: { $pending }
confirm-late = That came after more than 5 minutes, so I did nothing. Send the command again if you still want it. All I can do: { $command }
confirm-early = That came before my last question, so I did nothing. Answer again if you mean it.
confirm-left = All right, I did nothing.
confirm-again = If you meant something else, send the command as it should be: { $command } …
confirm-left-rest = All right, I left the rest as it is.
one-command = One command a line, please: nothing was done. If it is a name, put it in quotes.
one-wish = For several things at once, begin each line with a command, such as { $example }, with no dash or number before it. Nothing was done.
no-above-command = There is a “no” above the command, so nothing was done. If you want it, send the command alone.
one-community = One community a message, please: nothing was done.
group-not-created = I can't create groups, so I did nothing. Create it on the phone with my number as an admin; then { $command } … puts it into a community. If it is the name of a community, put it in quotes.
group-not-deleted = I can't delete groups, so I did nothing. { $command } … takes one out of its community. If it is the name of a community, put it in quotes.
command-verbs = link, unlink, move, create, delete, deactivate, describe, announce, add, remove, promote, demote, drop, detach, attach, put, take, kick, ban, rename, undo, cancel, invite, send
command-conjunctions = and, then, also, now, please, but, &, +
words-before-group = a an the of new another my this that please 1
group-words = group groups subgroup subgroups
confirm-clear = Just to be sure, because this cannot be undone: “yes” or “no”?
confirm-other-quoted = You quoted another message, so I did nothing. Answer my question itself, or without a quote.
undo-nothing = There is nothing of yours in this chat to take back.
undo-cannot = The last change was { $command }, and that cannot be taken back.
undo-already = I took back { $command } already. Only the last change can be taken back.
undo-unchanged = The last command, { $last }, changed nothing. Do you want to undo the change before it? That would be { $command }. Answer “yes”.
undo-only-last = I can take back only the last change, and you quoted another message. I changed nothing.
undo-quoted = To take back the one you quoted: { $command }
edit-while-running = I am still working on the first version of this message. Send a new one.
edit-after-end = I have already dealt with the earlier text of this message; send what you want now as a new message.
edit-leaves-question = My earlier question still stands: { $candidates }
missing-target = Which community or group? Write: { $usage }
missing-people = Whose number? Write: { $usage }
missing-text = The text is missing. Write: { $usage }
ask-community = Which community? Answer with its name, or “no”.
ask-community-text = Which community is { $text } for? Answer with its name, or “no”.
ask-target-community = To which community? Answer with its name, or “no”: { $command } …
ask-groups = Which groups? Answer with their names, or “no”.
ask-target = Which community or group? Answer with its name, or “no”.
ask-people = What is the person’s number? Answer with it, or “no”.
ask-text = What is the text? Send only that, or answer “no”.
ask-name = What should it be called? Answer with the name, or “no”.
ask-words = Answer with just the missing part, as in the example, or “no”.
ask-whole = Or send it all at once: { $example }
small-talk = hm, hmm, um, uh, ah, oh, huh, well, so, let me see, let me think, let me check, give me a sec, one sec, thinking, i am thinking, im thinking, later, ill send it, ill send it later, will send, brb, good question, what do you mean, what, which, which one, which ones, who, what name, what text, which group, which groups, which community, how, a name, the name, the text, the group, the groups, the community, the number, you choose, you pick, whatever, anything, any, nothing, dunno, idk, no idea, are you there, you there, anybody there, anyone there, hello there, sorry wrong chat, wrong chat, ignore that, ignore it, never mind that
greeting = Hi { $name }! I look after your WhatsApp communities: you tell me what to do, I tell you what really happened.
greeting-hint = Start with { $communities }, or see all I can do: { $help }
talk-ok = All right! 👍
talk-thanks = You’re welcome!
talk-hint = I didn’t get that. Answer “1” to see your communities, “2” for the groups or “3” for help.
talk-hint-help = I didn’t get that. All I can do: { $help }
talk-question = I’m a bot and only look after the communities: groups, people, announcements and invitations. Other questions I can’t answer, and I can’t schedule or call. Everything I can do: { $help }
talk-menu = What do you want to do with { $names }? Answer with the number:
talk-bye = See you! 👋
talk-here = I’m here. All I can do: { $help }
talk-confused = No problem. All I can do: { $help }. To read more about one command, put its name behind.
confused-words = I don't get it, I don’t get it, I dont get it, I don't understand, I don’t understand, I dont understand, I didn't get it, I didn’t get it, I'm confused, I’m confused, I'm lost, I’m lost
talk-no-text = I only read text, no voice messages, stickers or pictures without text. See what I can do: { $help }
photo-for-community = If it is for the photo of a community, answer with its name.
wish-offer = Do you want { $command }? Answer “yes”.
correction-left = What I did before still stands. To take it back: { $command }
wish-offer-undo = I can only undo your last change: that would be { $command }. Shall I? Answer “yes”.
undo-takes-back = With { $undo } I take back the whole last change: { $command }
undo-takes-back-part = With { $undo } I take back the whole last change: { $command }. For a part of it, send that command with only that part.
message-not-deleted = I can’t delete a message that was sent: delete it on the bot’s phone.
messages-not-restricted = I can’t change who may send messages in a group: do that in the settings of the group, on the phone.
regret-offer = Shall I undo the last change? That would be { $command }. Answer “yes”, then send the right one.
wish-usage = For that, write: { $usage }. For example: { $example }
wish-usage-group = For a group, write: { $usage }. For a person, use their number: { $people }
wish-usage-alias = I can’t change names: do that on the phone. But I can keep a short name: { $usage }. For example: { $example }

## Words that are understood in every language
reply-yes = yes, 👍, ✅, ✔
reply-yes-direct = y, yep, yeah, yea, yup, sure, sure thing, of course, go, go ahead, go for it, do it, do that, please do, absolutely, definitely, certainly, by all means, confirm, confirmed, let’s go, proceed, yes please, of course yes, please go ahead, do it now, make it so, approved, i confirm, i agree, affirmative, for sure
reply-yes-send = send it, send it out
reply-yes-alone = exactly
reply-agreement-alone = right, correct, that’s right, that’s it
reply-agreement = ok, okay, okey, great, fine, cool, alright, perfect, 👌, all good, sounds good, good, nice, awesome, excellent, fair enough, okie
reply-thanks = thanks, thank you, thanks a lot, thank you so much, thx, ty, cheers, 🙏, many thanks, thanks so much, much appreciated, God bless, God bless you, thanks mate, thanks man, thanks a million, thanks a bunch, thank you very much, thank you kindly, appreciated, appreciate it, thnx, tysm, that’s all, thats all, that is all, that’s all for today, that was all
reply-laughter = 😂, 🤣, 🙄, lol, haha, hahaha
reply-understood = got it, noted, understood, gotcha, thats good, i see, good to know
reply-no = no, nope, n
reply-no-within = nah, never, not, not now, not yet, nevermind, never mind, nvm, stop, stop it, stop that, wait, wait a minute, don’t, don’t do it, can’t, won’t, wouldn’t, shouldn’t, couldn’t, isn’t, didn’t, doesn’t, haven’t, abort, forget it, forget that, hold on, hang on, by mistake, changed my mind, i changed my mind, cancel, cancel it, cancel that, cancelled, canceled, do not, better not, no way, 👎, 🛑, ✋, 🤚, ❌, ✖, 🚫, ⛔, 🙅, a second, one second, just a second, give me a second, a sec, one sec, just a sec, a moment, one moment, just a moment, a minute, one minute, just a minute, give me a minute, not today, no thanks, no need, leave it, drop it, scratch that, disregard, ignore that, hold it, rather not, maybe later, negative, my mistake, by accident, it was a mistake, wrong one, cancel all, cancel everything, on second thought, none, neither, none of them, none of these, none of those, neither of them, instead, do that instead, wrong, wrong one, mistaken, incorrect, not that, not that one, skip it, skip that, skip, typo
reply-prepositions = to
reply-neither = ?, 🤔, yeah right
regret = oops, whoops, wrong, wrong one, my mistake, my bad, not that one, not this one, the other one, i meant the other, by mistake, by accident, a mistake, misclick
regret-denials = nothing, nothing is, nothing’s, nothing was, not, isn’t, is not, wasn’t, was not
reply-beside-yes = then, now, right now, already, oh, well
reply-verbs-announce = announce, post, publish, share, send, broadcast, tell
reply-verbs-deactivate = deactivate, delete, close, shut it down, shut down, disable
reply-verbs-remove = remove, kick, ban, take out, kick out, throw out, delete
reply-verbs-unlink = unlink, remove, take out, detach, disconnect
reply-verbs-link = link, attach, add, put, connect, include, join
reply-verbs-move = move, transfer
reply-verbs-create = create, make
reply-verbs-invite = reset, renew, replace, change, refresh, regenerate
reply-verbs-undo = undo, revert, take back, reverse, roll back
reply-verbs-add = add, invite, include, put
reply-behind-verb = it, them, him, her, everyone, everybody, all, that, this, to everyone, to everybody, to all, all of them, the group, the groups, the community, the announcement, the message, the link
reply-before-number = number option
reply-numbers = one/first/the first/the first one, two/second/the second/the second one, three/third/the third/the third one, four/fourth/the fourth/the fourth one, five/fifth/the fifth/the fifth one, six/sixth/the sixth/the sixth one, seven/seventh/the seventh/the seventh one, eight/eighth/the eighth/the eighth one, nine/ninth/the ninth/the ninth one, ten/tenth/the tenth/the tenth one
reply-all = all, all of them, them all, every one, all #, the #, all # of them, the # of them
reply-both = both, both of them, the two, the 2
flag-yes = yes
flag-dry-run = try trial test dry dry-run dryrun simulate
greetings = hi, hello, hey, there, good morning, good afternoon, good evening, how are you, start, howdy, hiya, greetings, good day, what’s up, how’s it going, morning
farewells = bye, bye bye, goodbye, good bye, see you, see ya, see you later, see you tomorrow, see you soon, later, talk to you later, talk later, ttyl, take care, good night, goodnight, have a good one, have a nice day, have a good day, have a good night, cya, cheerio, until tomorrow, gotta go, i have to go
question-words = what, whats, which, who, whos, where, wheres, how many, how much, show, list, see, tell me, tell
question-verbs = is, are, was, were, do, does, did, have, has, exist, stay, stayed, get, gone, arent, are not, isnt, is not, dont have, do not have, have no, dont belong, do not belong
question-small = there, i, we, you, u, it, they, people, members, member, my, our, your, all, and, right now, inside, got, altogether, in total, total, any, these, this, that, communities, bot, robot, a, an, exactly, be, but, so, hey, still, already, of, inside of, just, anything, else, them, with, me, manage, run, too, also, there, without, no, some, today, yesterday, in no, to any
community-words = community communities
courtesy-words = hi, hello, hey, dear, bot, good, morning, afternoon, evening, night, day, everyone, all, team, please, pls, thanks, thank, you, how, are, folks, guys, friends, greetings, plz, thx, cheers

## Help: sections, arguments, confirm, undo
section-groups = Groups
section-lookup = Look
section-communities = Communities
section-people = People
section-commands = Commands
section-bot = Bot
arg-people = <people…>
arg-text = <text>
arg-picture = [picture's address]
help-confirm = say yes to what I asked
help-confirm-long = A plain “yes”, “no”, a number or a 👍 on my question does the same, for 5 minutes, from the person who sent the command. With --yes I do not ask.
help-confirm-example =
    { "" }
    2
help-undo = take back your last change here
help-undo-long = Takes back exactly what your last command in this chat changed. What was so before stays.
help-undo-example = { "" }

## Language, aliases, invitations
language-en = English
language-pt = Portuguese
language-es = Spanish
language-names = english, inglês, inglés, eng
language-is = This chat is set to { $name }. Change it: { $english }, { $portuguese } or { $spanish }
language-unknown = I don't speak { $name }. Choose: { $english }, { $portuguese } or { $spanish }
language-set = I'll speak English in this chat. See what I can do: { $help }
arg-language = [en|pt|es]
help-language = set the language of this chat
help-language-long = A command's own name goes first: “vincular” is answered in Portuguese or Spanish, “link” in English. Without a word it shows the language of this chat.
help-language-example =
    pt
    español
arg-alias = <short> = <community or group>
help-alias = give a group or community a short name
help-alias-long = Everyone can use it in place of the name. To take it away: “remove” and the short name.
help-alias-example =
    bf = "Bairro Feliz"
    remove bf
help-aliases = list the short names
help-aliases-long = Those with 🔒 come from the configuration.
help-aliases-example = { "" }
alias-remove-words = remove delete del rm
alias-words = alias aliases nickname shortcut
alias-how = Write a short name, “=” and a community or group: { $command }. Those there are: { $all }
alias-line = { $short } = { $name } ({ $kind })
community-gone = The community is gone, or no longer mine: I did nothing.
alias-gone = { $short } was a community or group that is gone
place-gone = a community or group that is gone
alias-set = { $short } now stands for { $name } ({ $kind }).
alias-already-set = { $short } already stands for { $name }.
alias-would = { $short } would stand for { $name } ({ $kind }).
alias-before = Before, it stood for { $name }.
alias-exists = { $short } is already the name of { $name }. Choose another word.
alias-command = { $short } is a command. Choose another word.
alias-removed = { $short } no longer stands for { $name }.
alias-would-remove = { $short } would no longer stand for { $name }.
alias-none = There is no short name { $short }. See them all: { $command }
alias-fixed = { $short } is set in the configuration. The person who runs this bot can change it there.
alias-long = { $short } is too long: a short name has 40 characters at most.
alias-number = { $short } is a number or an id. Choose a word.
alias-taken = { $short } already means something else in a command. Choose another word.
alias-word = { $short } is not a short name: use one word of letters and digits.
alias-one-word = { $short } is more than one word. Write: { $command }
alias-swapped = The alias comes before the “=”, and { $name } is a name already. Did you mean { $command }? Answer “yes”.
alias-many = There are { $count } short names already. Remove one first: { $command }
aliases = { $count ->
    [one] { $count } short name:
   *[other] { $count } short names:
}
aliases-none = There are no short names yet.
aliases-fixed = 🔒 set in the configuration
aliases-add = Add one: { $command }
kind-community = community
kind-group = group
target-because = { $name }: { $reason }
invitation-not-a-member = the bot's number is not in this group. Add it to the group, then try again
invitation-expired = this invite link leads nowhere. It may have been reset: copy it again
help-examples = For example:
help-dry-run = --try only shows what would happen
help-yes = --yes skips the question
help-flags-first = This goes before the text: { $command } --try …
## Create, change and deactivate communities
arg-create = <name> [| description]
arg-settings = add-groups admins|all
arg-invite = <community or group> [reset]
text = { $text }
text-too-long = { $count ->
    [one] That is { $count } character, and the limit is { $most }. Shorten it and send it again.
   *[other] That is { $count } characters, and the limit is { $most }. Shorten it and send it again.
}
change-not = Not done: { $reason }
change-unknown = I can't tell whether it was done: { $reason }
change-cancelled = Not done: the command was cancelled.
change-cancelled-unknown = The command was cancelled. It may have been done before that, and I can't check it.
change-not-shown = Z-API said it was done, but it does not show yet. Check again in a minute: { $command }
change-not-read-back = I could not check the result. Check again in a minute: { $command }
no-announcement-group = Z-API does not show the announcement group of { $community }. Is the bot’s number in it?
undo-instead = This may help: { $command }
undo-instead-announce = What was sent can only be deleted on the bot’s phone. To correct it, send another one: { $command } …
undo-instead-deactivate = If you need it, create another community and add its groups: { $command } …
undo-instead-photo = I don’t keep the photo from before. If you have it, send it again: { $command } …
undo-instead-remove = To add the person again: { $command } …
undo-instead-invite = The old link can’t come back. To see the one that works now: { $command } …
describe-would = The description of { $community } would be:
describe-done = { $community } has a new description:
describe-back = { $community } has its old description again:
describe-already = { $community } already has this description.
describe-none-would = { $community } would have no description.
describe-none-done = { $community } has no description now.
describe-none-already = { $community } already had no description.
announce-would = { $count ->
    [one] The announcement group of { $community } ({ $count } person) would get this:
   *[other] The announcement group of { $community } ({ $count } people) would get this:
}
announce-would-all = The announcement group of { $community } would get this:
announce-with-media = With { $media } of your message.
announce-without-media = Only the text: Z-API could not fetch { $media }. Send it again with the command to include it.
media-picture = the picture
media-video = the video
media-document = the document
announce-queued = On its way to the announcement group of { $community }.
announce-delivered = Delivered to the announcement group of { $community }.
announce-undelivered = Not delivered to the announcement group of { $community }: Z-API says { $reason }.
announce-unknown = It may have been sent, so I won't send it again. Check the announcement group of { $community } first.
deactivate-would = { $community } would be deactivated for good, with its announcement group.
deactivate-groups = { $count ->
    [0] It has no other group.
    [one] Its only group would stay, in no community.
   *[other] Its { $count } groups would stay, in no community.
}
deactivate-people = { $count ->
    [one] { $count } person is in it.
   *[other] { $count } people are in it.
}
deactivate-done = { $community } was deactivated.
deactivate-left = { $count ->
    [0] It only had the announcement group.
    [one] Its only group stays, in no community.
   *[other] Its { $count } groups stay, in no community.
}
create-would = The community { $community } would be created.
create-description = With this description:
create-exists = { $count ->
    [one] There is { $count } community { $community } already: this would be another one.
   *[other] There are { $count } communities { $community } already: this would be another one.
}
create-group-exists = { $community } is the name of a group already; the community would have the same name.
create-how = If it is something else, write it like this: { $usage }
create-done = The community { $community } was created.
create-next = Now put groups into it: { $command } …
create-unknown = { $community } may have been created, so I won't create it again. Check first: { $command }
photo-how = Send me the picture here within 5 minutes, or send it with this caption: { $command }
photo-waiting = I am still waiting for the picture: send it here, or answer “no” to leave the photo as it is.
photo-lost = Z-API could not fetch that picture from WhatsApp, so the photo stays as it is.
photo-no-picture = That is not a picture.
photo-not-removed = I can’t remove the photo, only change it for another: { $command }
photo-refused = Is the bot’s number an admin of the community? If it is, send another picture here within 5 minutes (JPG or PNG).
photo-address = { $address } is not the address of a picture: that begins with https://
photo-would = { $community } would get this photo.
photo-done = { $community } has a new photo, says Z-API. Check it on the phone.
photo-caption = Is this the photo for { $command }? Reply “yes” or “no”.
photo-caption-words = this that it is it’s here the photo picture image one use ready attached s
setting-add-groups = add-groups addgroups add groups add-group group only
setting-admins = admins admin administrators adm adms
setting-all = all everyone everybody anyone members participants
settings-unknown = I do not know the setting { $words }.
settings-not-known = WhatsApp does not show who may add groups to { $community }, and I have not set it yet.
settings-admins-words = add-groups admins
settings-admins-would = Only admins could add groups to { $community }.
settings-admins-done = Only admins can add groups to { $community } now.
settings-admins-known = As I last set it, only admins can add groups to { $community }.
settings-admins-how = Only admins: { $command }
settings-all-words = add-groups all
settings-all-would = Everybody in { $community } could add groups to it.
settings-all-done = Everybody in { $community } can add groups to it now.
settings-all-known = As I last set it, everybody in { $community } can add groups to it.
settings-all-how = Everybody: { $command }
invite-reset = reset renew new change refresh regenerate
invite-link = Link to join { $place }:
invite-address = { $link }
invite-unseen = I cannot see the link of { $place }. Is the bot’s number an admin there?
invite-would = { $place } would get a new link. The old link would stop working.
invite-done = { $place } has a new link; the old one no longer works:
invite-answered = The new link, according to Z-API: { $link }
no-target = I don't know a community or group { $name }. See: { $communities }, { $groups }
many-targets = { $name } could be:
target-option = { $number }. { $name } ({ $kind })
choose-one = Answer with the number you mean.
help-create = create a community
help-create-long = What comes after | is its description. The reply says how to put groups into it. If there is already one of that name, I ask first.
help-create-example =
    Bairro Novo
    Bairro Novo | For all who just moved in
help-describe = change the description
help-describe-long = The text is kept as you type it, with its lines. A lone - takes the description away.
help-describe-example =
    "Bairro Feliz" Neighbours help each other.
    Sales -
help-photo = change the photo
help-photo-long = Send the picture with the command as its caption, or the command and then the picture. The address of a picture after the community works too.
help-photo-example =
    "Bairro Feliz"
    Sales https://example.com/photo.jpg
help-settings = who may add groups
help-settings-long = Only its admins, or everybody in the community. WhatsApp does not show how it is set, so I tell what I set last.
help-settings-example =
    "Bairro Feliz" add-groups admins
    Sales add-groups all
help-invite = show or renew the invite link
help-invite-long = Of a community or a group. With “reset” there is a new link and the old one stops working; I ask first.
help-invite-example =
    "Bairro Feliz"
    futebol reset
help-announce = send an announcement
help-announce-long = The text goes to the announcement group as you type it, with its lines; as the caption of a picture, video or document, it goes with that. I show it and ask first. What is sent cannot be taken back.
help-announce-example =
    "Bairro Feliz" Meeting on Friday at 7 pm.
    Sales New price list from Monday on.
help-deactivate = deactivate a community
help-deactivate-long = Its groups stay, in no community; the announcement group ends. I ask first. This cannot be undone.
help-deactivate-example =
    "Bairro Feliz"
    Sales
## Permissions
who = Who may use commands in { $community }:
who-admin = { $name }: { $commands }
who-admin-all = { $name }: everything
who-owner = Whoever types on the bot’s own phone: everything
who-nobody = Nobody is listed for it.
who-not-community = Its admins on WhatsApp may not use commands here. The person who runs this bot can allow it.
who-community = And its admins on WhatsApp, all but { $commands }:
who-community-nobody = And its admins on WhatsApp, all but { $commands }. No other admin.
who-person = { $person }
who-without-number = Somebody without a visible number (…{ $last })
who-hidden = Others, whose number WhatsApp does not show
whoami-may-all-but = Commands: all but { $commands }
help-who = who may do what in a community
help-who-long = First the people named in the configuration, then the community’s admins on WhatsApp, if they may use commands here.
help-who-example =
    "Bairro Feliz"
    sales
## More about lists, history and status
list-number-alone = Numbers alone do not say what to do. Put a command in front, or send only one number of the last list.
list-more = … { $count } more: { $command }
more-nothing = There is nothing more to show. Start a list: { $groups }
groups-elsewhere = another community
groups-nowhere = in no community
groups-unread = Not every community could be read: a group without one may belong to it.
groups-missing = Not every community could be read, so groups may be missing here.
community-about = About: { $text }
community-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
community-id = Id: { $id }
history = Last commands:
history-in = Last commands in { $community }:
history-by = Last commands of { $name }:
history-line = { $when } { $who }: { $command } → { $result }
history-answered = answered
history-none = None yet.
history-until = I looked back to { $when }.
history-nobody = I don't know a community or admin { $name }. The communities: { $communities }. All commands: { $all }
datetime = %b %d %H:%M
datetime-year = %b %d %Y %H:%M
datetime-day = %b %d %Y
myself = me mine my
status-since = Since { $when }.
status-phone-offline = The phone itself is offline. Turn it on or check its internet: after some days like this, WhatsApp ends the session.
status-dead-hint = Which and why: { $command }
status-due = The Z-API subscription ends on { $day }. The person who runs this bot must renew it.
status-overdue = The Z-API subscription ended on { $day }. The person who runs this bot must renew it.
arg-history = [community or person]
help-history = who did what, and when
help-history-long =
    The newest first, in the time of this place. Communities where you may not use commands are left out.
    ✅ done · ❌ not done
    ⏳ waits · ⛔ given up
help-history-example =
    "Bairro Feliz"
    Ana
help-more = the next page of a long list
help-more-long = Goes on where your last list in this chat ended; its numbers go on too.
help-more-example = { "" }
## Move
move-would = { $name }: would leave { $from }
move-would-one = { $name } would leave { $from } and go into { $community }.
group-stayed = { $name }: { $reason }; it is still in { $community }
group-may-have-left = { $name }: { $reason }; I cannot tell whether it left { $community }. If it is in no community, this puts it back: { $command }
group-back = { $name }: { $reason }; it is back in { $community }
group-in-none = { $name }: { $reason }; it left { $community } and is in no community now: { $command }
group-may-be-back = { $name }: { $reason }; it left { $community }, and I cannot tell whether it is back there. If it is not, this puts it back: { $command }
moved-maybe-unlinked = { $name } may have left { $community } and not be in { $target } yet. If it is in neither, this puts it back: { $command }
moved-rejected = Z-API refused: { $reason }
moved-rejected-plain = Z-API refused. Is the bot's number an admin of the community and of the group?
moved-cancelled = not done: the command was cancelled
moved-failed = { $reason }
moved-not-shown-after = { $reason }
moved-not-shown = Z-API said it was done, but the community does not show it
moved-not-read-back = I could not check the result
help-move = move groups to a community
help-move-long = Takes each group out of the community it is in and puts it into the last one you name. If that fails, it is put back.
help-move-example =
    "vendas sul" "Bairro Feliz"
    lançamentos, suporte "Bairro Feliz" --try

## Progress
progress = Working on it…
progress-of = { $done } of { $all }…
unknown-command-prompt = There is no command { $name }. Did you mean { $nearest }? Answer “yes”.
people-concerned =
    { $count ->
        [one] It concerns { $count } person.
       *[other] It concerns { $count } people.
    }
## People of a community
add-done = { $done ->
    [0] None of the { $all } people is now in { $community }.
    [one] { $done } of { $all } people is now in { $community }.
   *[other] { $done } of { $all } people are now in { $community }.
}
add-done-one = { $who } is now in { $community }.
remove-done = { $done ->
    [0] None of the { $all } people has left { $community }.
    [one] { $done } of { $all } people is no longer in { $community }.
   *[other] { $done } of { $all } people are no longer in { $community }.
}
remove-done-one = { $who } is no longer in { $community }.
promote-done = { $done ->
    [0] None of the { $all } people is now an admin of { $community }.
    [one] { $done } of { $all } people is now an admin of { $community }.
   *[other] { $done } of { $all } people are now admins of { $community }.
}
promote-done-one = { $who } is now an admin of { $community }.
demote-done = { $done ->
    [0] None of the { $all } people has lost the admin role in { $community }.
    [one] { $done } of { $all } people is no longer an admin of { $community }.
   *[other] { $done } of { $all } people are no longer admins of { $community }.
}
demote-done-one = { $who } is no longer an admin of { $community }.
add-would = { $done ->
    [0] None of the { $all } people would be in { $community }.
    [one] { $done } of { $all } people would be in { $community }.
   *[other] { $done } of { $all } people would be in { $community }.
}
add-would-one = { $who } would be added to { $community }.
remove-would = { $done ->
    [0] None of the { $all } people would leave { $community }.
    [one] { $done } of { $all } people would leave { $community } and all its groups.
   *[other] { $done } of { $all } people would leave { $community } and all its groups.
}
remove-would-one = { $who } would leave { $community } and all its groups.
promote-would = { $done ->
    [0] None of the { $all } people would become an admin of { $community }.
    [one] { $done } of { $all } people would become an admin of { $community }.
   *[other] { $done } of { $all } people would become admins of { $community }.
}
promote-would-one = { $who } would become an admin of { $community }.
demote-would = { $done ->
    [0] None of the { $all } people would lose the admin role in { $community }.
    [one] { $done } of { $all } people would no longer be an admin of { $community }.
   *[other] { $done } of { $all } people would no longer be admins of { $community }.
}
demote-would-one = { $who } would no longer be an admin of { $community }.
people-or-admins = Nothing was done. Do you mean { $command }, or { $other }? Send the one you want.
people-too-many = That is more than { $limit } people. Split it into several commands; nothing was changed.
person = { $who }
add-already = { $who }: was already in it
add-already-one = { $who } was already in { $community }.
remove-already = { $who }: was not in it
remove-already-one = { $who } was not in { $community }.
promote-already = { $who }: was already an admin
promote-already-one = { $who } was already an admin of { $community }.
demote-already = { $who }: was not an admin
demote-already-one = { $who } was not an admin of { $community }.
person-invited = { $who }: can’t be added directly, so they got a private invitation
person-in-or-invited = { $who }: is in it now or got a private invitation; it hides some numbers, so I can’t tell which
person-maybe-invited = { $who }: may already have got a private invitation, so I don't send another unasked. If they got none: { $command }
person-no-whatsapp = { $who }: has no WhatsApp. Check the number.
person-not-in = { $who }: is not in the community
person-stays-invited = { $who }: never joined, only got an invitation, and I can’t take that back
person-not-in-undo = { $who }: is not in the community. If they got an invitation, it still works: I can’t take it back.
person-not-in-add = { $who }: is not in the community. Add them first: { $command }
person-hidden = { $who }: I don’t see them in the community, but it hides some numbers. If they are in it, name them by their lid or with a mention (@).
person-hidden-lid = { $who }: I can’t tell whether they are in the community, since its list shows numbers. Name them by their number.
person-hidden-add = { $who }: I don’t see them in the community, but it hides some numbers. If they are not in it, add them first: { $command }
person-owner = { $who }: created the community, and can’t be removed or demoted
person-bot = { $who }: is my own number. I must be an admin of the community to manage it
person-too-many-admins = { $who }: a community has 20 admins at most. Make room first: { $command } and a number
person-rejected = { $who }: Z-API refused: { $reason }
person-rejected-plain = { $who }: Z-API refused. Is the bot’s number an admin of the community?
person-failed = { $who }: { $reason }
person-cancelled = { $who }: not done: the command was cancelled
person-not-shown = { $who }: Z-API said it was done, but the community does not show it. Check again in a minute: { $command }
person-not-shown-after = { $who }: { $reason } So far the community shows no change. Check again in a minute: { $command }
person-not-read-back = { $who }: I could not check the result. Check again in a minute: { $command }
person-no-number = { $typed } is not a phone number. Write it like this: +55 44 99999-0001
person-no-country = { $typed }: the area or the country code is missing. Write it like this: +55 44 99999-0001
person-ambiguous = { $typed }: where does each number end? Put commas between them.
help-add = add people to a community
help-add-long = Numbers as you type them, with commas or one a line; without a country, yours. Whoever can’t be added gets a private invitation (⚠️).
help-add-example =
    "Bairro Feliz" +55 44 99999-0001
    Sales 44 99999-0001, 44 99999-0002
help-remove = take people out of a community
help-remove-long = They leave all its groups too. I ask first, and it can’t be undone.
help-remove-example =
    "Bairro Feliz" +55 44 99999-0001
    Sales 44 99999-0001, 44 99999-0002
help-promote = make people community admins
help-promote-long = They must be in the community. It has 20 admins at most.
help-promote-example =
    "Bairro Feliz" +55 44 99999-0001
    Sales 44 99999-0001, 44 99999-0002
help-demote = make admins plain members
help-demote-long = They stay in the community. Whoever made it stays its admin.
help-demote-example =
    "Bairro Feliz" +55 44 99999-0001
    Sales 44 99999-0001, 44 99999-0002

## The sender is not an admin of a group
group-not-admin = { $name }: you are not an admin of this group. Ask one of its admins to make you one, then try again
## Suggestions
suggestion = Did you mean { $command }? Answer “yes”; nothing was changed.
stop-words-beside-name = the in to of on at for from a community group groups
create-community-words = community
create-words-before-community = a an the new another one
create-words-behind-community = called named
create-words-called = called named
create-words-of-condition = if unless
create-words-before-groups = with
create-description-words = description
create-words-for-help = help how
missing-name = What should it be called? Write: { $usage }
no-community-known = I don't know a community { $name }. The ones I know: { $candidates }
command-synonyms = delete deactivate, close deactivate, end deactivate, new create, picture photo, image photo, stop cancel, revert undo, back undo, members community, list groups, send announce, broadcast announce, message announce, post announce, admins who, permissions who, admin promote, log history, attach link, detach unlink, kick remove, unpromote demote, adm promote, disable deactivate, config settings, connect link, disconnect unlink, join link, transfer move, tell announce, make create, ban remove, people community, participants community, nickname alias, nicknames aliases

## Edit of a confirmed command
edit-too-late = You said yes to that already; editing the message changes nothing any more. Send a new one.
edit-after-yes = That was already answered, and editing the message changes nothing any more.
## Words between names, and options such as --try
correction-words = meant wrong oops mistake mistyped typo other others instead rather correction
correction-stay-words = keep keeps keeping kept leave leaving left stay stays staying remain remains retain continue continues
stop-words-between-names = and & +
courtesy-phrases = please, pls, plz, thanks, thank you, thx, thanks a lot, many thanks, for me
without-community = without community, without a community, no community, in no community, without any community, not in a community, not in any community, outside a community, in any community, have no community, dont have a community, don't have a community, don’t have a community, do not have a community, to any community
unknown-flag = I don't know { $word }, so nothing was done. There are --try (only shows what would happen) and --yes (does it without asking); a name that begins with dashes goes in quotes: { $usage }
confirm-dry-run = So nothing was done, and the question still stands: answer “yes” to do it, or “no”.
stop-words-beside-people = admin admins administrator an as be
bare-pattern = { $name } alone would be every group, and I don't do that at once. Add a part of the name: sales*
exclusion-words = except excepting excluding but not no without minus never don't dont or didn't didnt wasn't wasnt isn't isnt weren't werent shouldn't shouldnt wouldn't wouldnt
hesitation-words = sorry, i mean, i meant, that is, oops, whoops, pardon, correction, actually, rather, or rather, my bad, maybe, perhaps, probably, possibly, not sure, i’m not sure, unsure, i don’t know, don’t know, dunno, no idea, i think, i guess, i believe, i suppose, if, if possible, if you can, er, hm, hmm, on second thought, on second thoughts, let me see, let me think, when you can, when possible, instead of, rather than
delay-words = later, tomorrow, another time, next week, next month, pending, tbd, tba, to be confirmed, once, monday, tuesday, wednesday, thursday, friday, saturday, sunday, tonight, noon, midnight, in the morning, in the afternoon, in the evening, at night
time-words-before-number = at, day
time-units = am pm a.m p.m oclock
range-words = to through
stop-words = with only just also until nor
## Changes since the command that is undone
describe-changed-since = Not undone: somebody has changed the description of { $community } since. It is now:
describe-none-changed-since = Not undone: somebody has removed the description of { $community } since.
owner = owner
greeting-nameless = Hi! I look after your WhatsApp communities: you tell me what to do, I tell you what really happened.
settings-whom = Who should be able to? Say admins or all.
text-ends-in-yes = The --yes at the end is part of the text: it belongs before the text.
text-has-command = The line { $command } would be part of the text. If it is another command, answer “no” and send one a message.
no-everyone = I can’t do everyone at once: people only by number: { $command } …
no-all-groups = I don’t do all groups at once. Send the numbers of the list, or the beginning of the names: { $command } sales*
see-groups = See which groups there are: { $command }
see-people = For a person, use their number: { $command } …
deactivate-words = delete
alias-changed-since = Not undone: somebody has changed the short name { $short } since.

## Words for actions that no command does
words-without-command = rename, activate, reactivate, enable, edit, leave

## Wishes: the words with which a wish without a prefix begins
wish-courtesy = can u, could u, thx, ty, hi, hello, hey, hey bot, good morning, good afternoon, good evening, please, pls, can you, could you, would you, can i, i want to, i want, i’d like to, i would like to, i need to, i need, let’s, now, then, thanks, thank you, 🙏, could you please, can you please, may i, i need you to, i want you to, i’d like you to, ok, so, also, bot, good day, morning, plz, kindly, many thanks, thanks a lot, slash, would you mind, would you be so kind as to, would you kindly, could you kindly, would it be possible to, is it possible to, i was wondering if you could, i wonder if you could, would love to, if you can, if possible, when you can, when you get a chance, how are you, hope you are well, hope youre well, thank you so much, thank you very much, thanks in advance, cheers, dear bot, hi there, hello there, much appreciated, tell me, can you help, help me out, for me, i messed up, i screwed up, i would like to know, i’d like to know, i want to know, i need to know
wish-prepositions = out off in into to of from on for at with
wish-admin-words = admin admins administrator administrators
wish-pronouns = him her them it this that me
wish-words-before-text = that saying
change-prepositions = with
origin-words = from out off
target-words = to into in
wish-audience-words = people folks everyone everybody all guys
wish-last-words = last latest thing things command change action what i did that it this the both of them all everything you we
wish-all-words = all every
wish-some-words = a an some another one
trouble-words = problem problems bug broke broken missing gone back shouldnt should
instead-words = instead of, in place of, rather than
wrong-words = wrong
number-articles = a
follow-up-words = and what how about the too also
only-words = only just
until-words = until
also-words = also too
just-done-words = just now linked added put moved unlinked removed i've
condition-words = if whether someone anyone somebody anybody
message-words = message messages msg announcement announcements post
wish-who-words = who why
why-words = why did, why didnt, why is, why isnt, why was, why wasnt
wish-make-words = make let have set
wish-removal-words = remove delete clear take no
wish-deletion-words = delete erase deactivate
wish-reset-words = change reset renew replace new another
wish-link = put, place, connect, join, include, insert
wish-unlink = take, take out, disconnect, detach, pull, pull out
wish-move = transfer, relocate
wish-communities = list communities, list the communities, which communities, what communities, what are the communities, show communities, show the communities, my communities, all communities, see communities, see the communities, view communities, the communities, list my communities, show me the communities, show my communities, how many communities
wish-community = show the community, show community, how many groups are, show me the community, see the community, view the community, how is the community, who is in, who’s in, members, members of, the members, who are the members, show, show me, how is, how’s, see, view, open, open the
wish-groups = list groups, list the groups, which groups, what groups, what are the groups, show groups, show the groups, my groups, all groups, see groups, see the groups, view groups, the groups, list my groups, show me the groups, show my groups, show me all groups, show all groups, list of groups, the list of groups
wish-create = create a community, create community, make a community, new community, create a new community, a new community, create the community, make community, make a new community, start a community, start a new community
wish-describe = change the description, set the description, new description, change description, update the description, remove the description, remove description, delete the description, delete description, clear the description, take away the description, take the description, take out the description, no description
wish-photo = change the photo, set the photo, change the picture, new photo, change photo, update the photo, update the picture, set the picture, new picture, change the image, new image, remove the photo, remove the picture, delete the photo, delete the picture, clear the photo, clear the picture, take off the photo, take off the picture, remove photo, delete photo, no photo, use this photo, use this picture, set this photo, set this picture, use this as the picture for, use this as the photo for, use this as the picture of
wish-settings = set up, configure, only admins, let only admins, only let admins, allow only admins
wish-invite = send link, send a link, share link, invite link, the invite link, the link, send the link, what is the link, what’s the link, invitation link, the invitation link, the invitation, give me the link, send me the link, send the invite link, send me the invite link, share the link, get the link, change the link, reset the link, renew the link, replace the link, make a new link, generate a new link, create a new link, get a new link, a new link, new link, another link, new invite link, a new invite link, reset the invite, reset the invite link, generate the link, generate a link, create a link, get a link, make a link, link to join, the link to join, send me the link to join, give me the link to join, the invite for, the invite to
wish-announce = send an announcement, make an announcement, send a message, tell, broadcast, post, notify, inform, send the announcement, send a notice, let everyone know, say to, tell the, message, send message, send a msg, write to, let them know
wish-deactivate = delete, delete the community, close the community, end the community, shut down, close, disable, remove the community, get rid of, erase the community, erase, i want to delete, disable the community
wish-add = add the number, include the number, put the number
wish-remove = kick, kick out, ban, delete the number, remove the number, throw out
wish-promote = make admin, appoint, make, let, have, set
wish-demote = remove admin, remove as admin, take admin from, take the admin from, take away admin from, remove the admin
wish-who = who is admin, who’s admin, who is an admin, who are the admins, who is the admin, who can, admins, the admins, list the admins, who are admins, who manages, who is in charge, who’s in charge, show the admins, show admins, list admins, administrators, the administrators, who runs, who run, who else is admin, who else is an admin, which admins
wish-history = what was done, what happened, who did what, last commands, the history, what has been done, what was done lately, recent commands, show the history, who removed, who created, who added, who put, who took, who linked, who unlinked, who moved, who changed, who deactivated, who deleted, who sent, who announced, did it work?, did that work?, did it go through?, did that go through?, is it done?, was it done?, did you do it?, done?, did it work, did that work, what did i do, what have i done, what did we do, who touched, what did you do, what have you done, is that right?, is this right?, why did, why didnt, why is, why isnt, why was, why wasnt
wish-more = show more, see more, next page, more of it, is there more, are there more, continue, next, next one, the next page, the rest
wish-undo = undo it, undo that, take it back, revert, undo this, take that back, revert it, revert that, roll back, roll it back, go back, put it back
wish-cancel = cancel the command, cancel the last command
wish-status = the status, are you connected, are you working, what is the status, what’s the status, are you online, is it working, is whatsapp connected, did something go wrong, something went wrong, are you up, are you alive, there was an error, is the bot working, are you there and working
wish-whoami = who am i, what is my number, what’s my number, what is my access, whats my access, what is my access level, whats my access level, what are my permissions, what are my rights, my permissions, am i an admin, am i admin
wish-language = change the language, speak, switch the language, change language, switch to, speak in, talk in
wish-alias = call, nickname, change the name, change name, rename, set the name, new name
wish-aliases = which aliases, list the aliases, the aliases, the short names, which short names, list the short names, what are the aliases, the nicknames
wish-help = help with, help with the, help me with, help on, help about, menu, the menu, commands, the commands, list of commands, how does it work, how does this work, how do i, some help, what are the commands, which commands, show the commands, how to use, how do i use this, how do i use you, what can i do, instructions, how does that work, how does this bot work, how does the bot work, how do you work, how this works, how it works, how is this used, explain, options, the options, explain again, i need help, how come, what can you do, what do you do, what you can do
how-to = how do i, how can i, how do we, how can we, how do you, how to, how would i, how should i, what is the command to, whats the command to, which command do i use to, show me how to, tell me how to, teach me how to, explain how to, how i can, help to, help with, what does, help me, help me to, i need help to, need help to
how-people-words = person people someone somebody member members participant participants number contact anyone neighbour neighbor
list-words = below following these those this list
alias-name-words = call nickname alias shortcut
how-may = can i, may i, am i able to, i cant, i cannot, i can not, im not able to, i couldnt, i could not
how-link = put, place, connect, link, add a group, add groups, add the group, include a group, get a group into
how-unlink = take out, take, unlink, disconnect, remove a group, remove groups, remove the group, get a group out
how-move = move, transfer, change the community of
how-create = create, make, start, set up, open a community
how-announce = announce, send an announcement, send announcements, send a message, post, make an announcement, broadcast, tell everyone, message everyone
how-describe = change the description, set the description, edit the description, write a description, add a description, describe
how-photo = change the photo, set the photo, change the picture, set the picture, add a photo, add a picture, set a photo, set a picture, change the image
how-deactivate = deactivate, delete, close, end, shut down, get rid of, remove a community, remove the community, delete a group, delete the group
how-invite = invite, get the link, get a link, get the invite, get an invite link, see the link, share the link, change the link, reset the link
how-undo = undo, go back, revert, take it back, take back

## Notifications of trouble
notify-disconnected = WhatsApp of { $instance } has been disconnected for { $duration }: no command arrives. Open the instance in Z-API’s panel and scan the QR code with the phone.
notify-disconnected-over = WhatsApp of { $instance } is connected again. It was disconnected for { $duration }.
notify-no-event = No webhook of { $instance } has arrived for { $duration }. `vincula check` on the server looks for the cause.
notify-no-event-over = Webhooks of { $instance } arrive again. There were none for { $duration }.
notify-dead-letter = { $count ->
    [one] A command of { $instance } failed for good: { $command }, sent by { $person }. On the server: `vincula journal list --state dead`
   *[other] { $count } commands of { $instance } failed for good, the first is { $command }, sent by { $person }. On the server: `vincula journal list --state dead`
}
notify-dead-letter-over = No failed command is left in { $instance }. It took { $duration }.
notify-an-admin = an admin
notify-store = The journal has not worked for { $duration }: no command is accepted. The log of the server says why.
notify-store-over = The journal works again. It failed for { $duration }.
notify-subscription = { $instance } is paid for only until { $day }. Renew it in Z-API’s panel, or it stops.
notify-subscription-over = { $instance } is paid for until { $day }.
notify-test = This is a test: notifications of vincula arrive here.

## Demo
demo-welcome = 
    You are { $name }, an admin of a simulated WhatsApp number. Try { $help } or { $communities }; Ctrl-D ends.
    The webhook URL is { $url }; for other sub-commands use --config { $file }
demo-ignored = ignored: { $reason }
demo-ignored-not-a-command = not a command
demo-ignored-no-text = a message without text
demo-ignored-not-an-admin = not from an admin
demo-ignored-forwarded = a forwarded message
demo-ignored-edited = an edited message
demo-ignored-rate-limited = too many messages
demo-edited = edited
demo-in = in { $group }
demo-page = The same in the browser: { $url }
demo-no-browser = No browser could be opened: open the address yourself.

## Pages
web-skip = Skip to the content
web-home = To the start page
web-bad-request = This address is not right
web-bad-request-help = Something in the request cannot be understood. Go back and try again.
web-forbidden = You may not do this
web-forbidden-help = This is for operators.
web-not-found = There is nothing here
web-not-found-help = The address may be mistyped, or what was here is gone.
web-method-not-allowed = This does not work here
web-method-not-allowed-help = The page exists, but not for this kind of request.
web-unavailable = The database does not respond
web-unavailable-help = vincula tries again by itself. Load the page again in a moment.
web-internal = Something went wrong
web-internal-help = The log has the details.

## Console
console-nav = Sections
console-overview = Overview
console-commands = Commands
console-communities = Communities
console-people = People
console-health = Health
console-configuration = Configuration
console-open = Open to everybody on this machine: no sign-in is configured.
console-signed-in = Signed in as { $value }
console-sign-in = Sign in to the console
console-sign-in-button = Sign in
console-sign-out = Sign out
console-password = Password
console-role-operator = operator
console-role-viewer = viewer
console-wrong-password = The password is not right.
console-wait-seconds = { $count ->
    [one] Too many attempts. Try again in a second.
   *[other] Too many attempts. Try again in { $count } seconds.
}
console-wait-minutes = { $count ->
    [one] Too many attempts. Try again in a minute.
   *[other] Too many attempts. Try again in { $count } minutes.
}
console-sign-in-busy = Too many people are signing in right now. Try again in a few seconds.
console-wrong-host = The console is not open under this name
console-wrong-host-help = Without a password it is open on this machine only, as localhost. To use it under another name or behind a proxy, set console.password_hash.
console-cross-origin = Nothing was done
console-cross-origin-help = The request came from a page of another site. Open the console itself and try again.
console-not-named = Nobody is signed in
console-not-named-help = The proxy in front of the console signs people in, but it named nobody. Open the console through the proxy, and check console.user_header and console.trusted_proxies.
console-signed-in-by-proxy = The proxy signed you in
console-signed-in-by-proxy-help = Sign out there.
console-command = Command
console-attention = Needs attention
console-all-well = Nothing needs attention.
console-look = Look
console-instances = Instances
console-connected = Connected
console-not-connected = Not connected
console-connection-unknown = Not reported yet
console-waiting = waiting
console-dead = dead letters
console-oldest = Oldest waiting
console-since = WhatsApp since
console-last-event = Last event
console-no-event = none since the start
console-reply-time = Time to reply, last 24 hours
console-median = median
console-no-commands = no commands
console-newest = Newest commands
console-all-commands = All commands
console-nothing-yet = No command yet. Send one to the bot’s number, and it appears here.
console-store-down = The database does not respond. New commands are not accepted until it does.
console-country-code = The number of { $name }, { $phone }, may lack its country code. In Brazil it is { $full }.
console-needs-restart = Changed in the configuration, but in force only after a restart: { $keys }
console-disconnected = { $instance }: WhatsApp is not connected since { $since }. Open the instance at Z-API and read the QR code with the phone.
console-state-waiting = Waiting
console-state-retrying = To be retried
console-state-answering = Replying
console-state-dead = Dead letter
console-state-replied = Done
console-state-denied = Not allowed
console-state-usage-error = Not understood
console-state-previewed = Asked back
console-state-expired = Too old
console-state-cancelled = Cancelled
console-state-failed = Failed
console-state-reply-failed = Reply not delivered
console-state-dropped = Dropped
console-search = Search
console-search-text = Text
console-search-person = Person
console-search-person-hint = Name or number
console-search-state = State
console-search-more = More filters
console-search-command = Command
console-search-community = Community
console-search-chat = Chat
console-search-instance = Instance
console-search-since = From
console-search-until = To
console-search-time-hint = Times: 14:00, 2026-01-31, 2026-01-31 14:00, or how long ago: 2h, 3 days.
console-search-clear = Show all commands
console-search-nothing = No command matches.
console-search-cut = The search took long and stopped here. There may be more further back.
console-search-cut-empty = Nothing so far. The search took long and stopped: it can go on further back.
console-search-on = Search further back
console-any = Any
console-live-stop = Live. Stop updates
console-live-start = Update by itself
console-pages = Pages
console-page-newest = Newest
console-page-older = Older
console-message = Message
console-text-hidden = Texts of messages are shown to operators only.
console-text-trimmed = The text is no longer kept (store.text_retention).
console-error = Error:
console-story = What happened
console-actions = Actions
console-retry = Retry now
console-cancel = Cancel
console-drop = Drop…
console-drop-help = It will not be run again, and its admin is not told.
console-drop-now = Drop it
console-done-retried = It is run again.
console-done-resent = Its reply is sent again.
console-done-dropped = It is dropped.
console-done-cancelled = It is cancelled.
console-done-cancelled-running = It is running: this attempt goes on, and is the last one.
console-done-not-dead = It is not a dead letter any more.
console-done-trimmed = Its text was deleted, so it cannot be run. Its admin can send it again.
console-done-not-waiting = It is not waiting any more.
console-facts = Details
console-from = From
console-chat = Chat
console-parsed = Understood as
console-accepted = Accepted
console-took = Took
console-attempts = Failed attempts
console-retry-at = Next attempt
console-plan = Plan
console-answered-by = Answered by
console-answers = Answers
console-cancelled-by = Cancelled by
console-step-sent = Sent on WhatsApp
console-step-accepted = Received, verified, from an admin; stored
console-step-planned = Rights checked, plan stored
console-step-call = Z-API
console-step-attempted = The attempt failed
console-step-crashed = The attempt crashed
console-step-released = Handed back: the service stopped
console-step-replied = Reply written
console-step-delivered = Reply sent
console-step-finished = Ended
console-step-retry-notified = The admin was told that it takes longer
console-step-retry-withdrawn = That notice was not sent after all
console-step-requeued = Retried by an operator
console-step-dropped = Dropped by an operator
console-step-cancelled = Cancelled
console-step-other = Event
console-who-may = Who may do what
console-no-admins = The configuration names nobody.
console-name = Name
console-known-by = Known by
console-known-by-both = Number and hidden id
console-known-by-number = Number
console-known-by-lid = Hidden id
console-may-use = Commands
console-may-in = Communities
console-all-of-them = all
console-all-communities = all
console-owner = Whoever types on the bot’s own phone may use all commands (owner_commands).
console-staff = The admins of a community in WhatsApp may manage that community, except for { $value }.
console-nobody = nobody
console-nobody-else = nobody else
console-lookup = Why does somebody get no reply?
console-lookup-label = Their number with country code, or their hidden id (…@lid)
console-lookup-go = Check
console-lookup-unreadable = This is no number with its country code, and no hidden id.
console-lookup-admin = is known as { $value }.
console-lookup-none = { $value } is no admin of the configuration. Nothing of theirs was refused in the last seven days.
console-lookup-refused = { $value } is no admin of the configuration. Messages were refused:
console-lookup-lines = These lines of the configuration would admit them. Choose a key and a name, save, and reload the service (SIGHUP).
console-refused = Refused in the last seven days
console-refused-help = Commands without effect because of their sender or time. Senders are kept as a code, not as a number: check a number above to find it. New ones appear within a minute.
console-refused-none = Nobody was refused.
console-refused-not-an-admin = not an admin
console-refused-rate-limited = too many commands
console-refused-sent-in-future = sent in the future
console-refused-other = other
console-accesses = Who used the console
console-accesses-help = Sign-ins, pages with texts of messages, and actions: the last 30. The database keeps all of them as long as ended commands.
console-access-when = When
console-access-what = What
console-access-address = Address
console-did-sign-in = signed in
console-did-sign-out = signed out
console-did-read-texts = read texts
console-did-retry = retried a command
console-did-drop = dropped a command
console-did-cancel = cancelled a command
console-did-read = had communities read
console-sender = Sender
console-reason = Reason
console-count = Messages
console-last = Last
console-others = others
console-read-ago = Read { $value } ago
console-never-read = Not read since the start. The bot reads them when a command needs them.
console-read-now = Read now
console-no-communities = The bot is in no community.
console-managers = May manage it:
console-whatsapp-admins = Admins in WhatsApp, read { $value } ago:
console-admins-unread = Its admins in WhatsApp are not read yet.
console-groups-unread = Its groups are not read yet.
console-loose-groups = In no community
console-service = Service
console-store = Database
console-store-up = readable and writable
console-store-failing = does not respond
console-version = Version
console-started = Started
console-metrics = Since the start
console-metric-webhooks = Webhooks
console-metric-commands = Commands ended
console-metric-retries = Retries
console-metric-api-errors = Errors of Z-API
console-metric-verification-failures = Unverified webhooks
console-metric-takeovers = Commands resumed after a crash
console-metric-panics = Panics
console-metric-memory = Memory in use
console-all-metrics = All metrics
console-config-file = From { $value } and the environment. Secrets are not shown.
console-config-environment = From the environment alone. Secrets are not shown.
console-restart-keys = In force only after a restart:
console-key = Key
console-value = Value
console-origin = Origin
console-secret = secret
console-origin-file = file
console-origin-variable = environment
console-origin-default = default
console-step-claimed = Attempt { $count } begins
console-commands-count = { $count ->
    [one] { $count } command
   *[other] { $count } commands
}
console-groups-count = { $count ->
    [one] { $count } group
   *[other] { $count } groups
}
console-dead-letters = { $count ->
    [one] { $instance }: one command failed for good. Retry or drop it.
   *[other] { $instance }: { $count } commands failed for good. Retry or drop them.
}
console-stuck = { $count ->
    [one] { $instance }: { $count } command is waiting, for { $age }.
   *[other] { $instance }: { $count } commands are waiting, the oldest for { $age }.
}

## Playground
playground-title = Playground
playground-heading = playground
playground-about = Text the bot on the left and watch the communities change. Everything runs on this machine; nobody gets a message.
playground-reset = Start over
playground-other-site = This is not the page of the demo
playground-other-site-help = Nothing was done. Open the address that vincula demo printed in its terminal.
playground-phone = Phone
playground-who = Who you are
playground-as-ana = Ana
playground-as-bruno = Bruno
playground-as-zeca = Zeca
playground-as-owner = Bot’s phone
playground-role-ana = You are Ana, the main admin
playground-role-bruno = You are Bruno, an admin of “Bairro Feliz” only
playground-role-zeca = You are Zeca, whom the bot does not know
playground-role-owner = You type on the bot’s own phone
playground-group-chat = Group
playground-back = Back to the direct chat
playground-messages = Messages
playground-message = Message
playground-send = Send
playground-picture = Send with a picture
playground-a-picture = Picture
playground-empty = No messages yet. Tap a suggestion below, or type.
playground-actions = Reply, react, edit or delete
playground-reply = Reply
playground-react = React with
playground-edit = Edit
playground-editing = Editing
playground-delete = Delete
playground-deleted = This message was deleted
playground-cancel = Cancel
playground-suggestions = Suggestions
playground-world = Communities
playground-announcements = Announcements
playground-loose = In no community
playground-locked = The bot is no admin of this group
playground-conditions = When things go wrong
playground-down = Z-API is down
playground-down-help = Each call gets an error page
playground-slow = Z-API is slow
playground-slow-help = Each call takes 2.5 seconds
playground-too-many-requests = Too many requests
playground-too-many-requests-help = Z-API answers 429: wait
playground-partial = Some groups refuse
playground-partial-help = The bot is no admin of every third group
playground-offline = Phone offline
playground-offline-help = WhatsApp is disconnected; messages wait
playground-duplicates = Duplicate deliveries
playground-duplicates-help = Each webhook arrives three times
playground-kill = Kill the service now
playground-kill-help = Like kill -9. It starts again, and what it had accepted goes on.
playground-inside = Behind the scenes
playground-webhooks = Webhooks as they came in
playground-webhooks-help = What Z-API posts for each message. The token proves that it is Z-API; it is hidden here.
playground-story = The command in the journal
playground-story-help = Each step is on disk before the next one begins, so a crash loses nothing.
playground-calls = Calls to Z-API
playground-calls-help = Newest first. What changed is read back before the bot says “done”.
playground-nothing-yet = Nothing yet.
playground-tour = Tour in two minutes
playground-tour-progress = Progress of the tour
playground-tour-send = Send this
playground-tour-as = as { $value }
playground-tour-skip = Skip
playground-tour-close = End
playground-tour-restart = Take the tour again
playground-tour-1 = Say hello: the bot tells you what it can do.
playground-tour-language = The bot speaks another language by default. Choose yours for this chat.
playground-tour-2 = Put two groups into a community and watch them move. Part of a name is enough.
playground-tour-3 = No command needed: in plain words the bot asks first whether it understood you.
playground-tour-4 = Say yes. A 👍 on its question does the same.
playground-tour-5 = Move a group from one community to another.
playground-tour-6 = And take it back.
playground-tour-7 = Bruno is an admin of one community only: what he may not see does not exist for him.
playground-tour-8 = Now 21 groups, with a slow Z-API: the bot shows how far it is.
playground-tour-9 = While it works, kill the service. It starts again and finishes the job.
playground-tour-end = That was the tour. Go on with your own commands, or switch something off below.
playground-groups = { $count ->
    [one] { $count } group
   *[other] { $count } groups
}
playground-killed = { $count ->
    [one] Killed once, and it runs again.
   *[other] Killed { $count } times, and it runs again.
}
playground-failed-attempts = { $count ->
    [one] { $count } failed attempt
   *[other] { $count } failed attempts
}
