import { expect, it } from 'vitest';
import { testSigner } from '../../../testing/test-proofs.ts';
import { TAKE_FEED, TAKE_PARTITION } from './actor-methods.ts';
import { openCall, signCall, type ActorMethod } from './signed-call.ts';

const ANNOUNCED = { run: 'Rabc1234', seq: 3, from: 1 };

/** Returns the call as the actor's host receives it. */
function receivedCall<Call, Result extends object>(method: ActorMethod<Call, Result>, call: Call): Call {
  const { id, body, signature } = signCall(method, testSigner(), call);
  return openCall(method, testSigner(), id, signature, body).call;
}

it("should pass the lowest announced entry through to a feed's actor", () => {
  expect(receivedCall(TAKE_FEED, { feed: 'user:ada', announced: ANNOUNCED }).announced).toEqual(ANNOUNCED);
});

it("should pass the lowest announced entry through to a partition's actor", () => {
  expect(receivedCall(TAKE_PARTITION, { partition: 0, ...ANNOUNCED })).toEqual({
    partition: 0,
    ...ANNOUNCED,
  });
});
