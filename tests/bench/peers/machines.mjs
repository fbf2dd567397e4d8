// XState on a request's five states: the pure transition and an actor, to stand beside ClientRequest.decide + evolve.
import { createActor, createMachine, initialTransition, transition } from 'xstate';
const states = {
  Pending: { send: 'Waiting', cancel: 'Cancelled' },
  Waiting: { submit: 'Submitted', expire: 'Expired', cancel: 'Cancelled' },
  Submitted: { reopen: 'Waiting' },
  Expired: { resend: 'Waiting' },
  Cancelled: { resend: 'Waiting' },
};
const story = ['send', 'submit', 'reopen', 'expire', 'resend', 'cancel', 'resend', 'submit', 'reopen', 'cancel', 'resend', 'expire', 'resend'];
const machine = createMachine({ id: 'request', initial: 'Pending', states: Object.fromEntries(Object.entries(states).map(([state, on]) => [state, { on }])) });
const perSecond = (run) => {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < 1000) { run(); count += story.length; }
  return Math.round((count / (performance.now() - began)) * 1000).toLocaleString('en').padStart(12);
};
let [state] = initialTransition(machine);
console.log(`  XState transition(), pure            ${perSecond(() => { for (const type of story) [state] = transition(machine, state, { type }); })} a second`);
const actor = createActor(machine).start();
console.log(`  XState actor.send()                  ${perSecond(() => { for (const type of story) actor.send({ type }); })} a second`);
