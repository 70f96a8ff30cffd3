import t from 'tap';
import { Simulation } from '../../sim/Simulation.ts';
import { distribution, electionOf, range, runSeeds, settle } from '../support/simulate.ts';

t.test('A2: peers with short logs stand all the time, and the one that can win is elected all the same', async (t) => {
  const took: number[] = [];
  for (const preset of ['lab', 'default'] as const) {
    await runSeeds(t, range(150), async (seed, listeners) => {
      // p1 to p4 hear only p5, so none of them can win; p5 needs two of them.
      const election = { ...electionOf(preset), preVote: false };
      const simulation = new Simulation(
        { seed, peers: 5, election, logs: { p1: [1], p2: [1], p3: [1], p4: [1], p5: [1, 1, 1, 1] } },
        listeners,
      );
      const short = simulation.ids.filter((id) => id !== 'p5');
      for (const from of short) for (const to of short) if (from !== to) simulation.network.cut(from, to);
      simulation.start();
      took.push(await simulation.runUntil(() => simulation.peer('p5').role === 'leader', 20 * 400, 'p5 leads'));
    });
  }
  t.comment(`elected after [ms]: ${distribution(took)}`);
  // Refusing a vote costs it nothing: it stands at its own first timeout, and wins most often then.
  t.ok(took.filter((ms) => ms < 500).length > took.length / 2);
});

t.test('A2: not even against peers with timeouts four times shorter does it stand late', async (t) => {
  const quick = { heartbeatMs: 20, electionTimeoutMsMin: 60, electionTimeoutMsMax: 100 };
  await runSeeds(t, range(150), async (seed, listeners) => {
    let firstStoodAtMs = Number.POSITIVE_INFINITY;
    const simulation = new Simulation(
      {
        seed,
        peers: 5,
        election: electionOf('lab'),
        electionOf: { p1: quick, p2: quick, p3: quick, p4: quick },
        logs: { p5: [1] },
      },
      {
        ...listeners,
        onEvent: (atMs, peer, event) => {
          if (peer === 'p5' && event.type === 'roleChanged' && event.to === 'candidate') {
            firstStoodAtMs = Math.min(firstStoodAtMs, atMs);
          }
        },
      },
    );
    const short = simulation.ids.filter((id) => id !== 'p5');
    for (const from of short) for (const to of short) if (from !== to) simulation.network.cut(from, to);
    simulation.start();
    await simulation.run(1000);
    if (firstStoodAtMs >= 400) throw simulation.failure(`p5 stood first at ${firstStoodAtMs} ms`);
  });
});

t.test('A3: alone, the term rises once per timeout, and with PreVote never', async (t) => {
  await runSeeds(t, range(20), async (seed, listeners) => {
    for (const preset of ['lab', 'default'] as const) {
      let timeouts = 0;
      const simulation = new Simulation(
        { seed, peers: 3, election: electionOf(preset) },
        {
          ...listeners,
          onEvent: (_, peer, event) => {
            if (peer === 'p1' && event.type === 'timerReset' && event.reason === 'startedElection') timeouts += 1;
          },
        },
      );
      simulation.network.isolate(simulation.peer('p1').id, simulation.ids);
      simulation.start();
      await simulation.run(60_000);
      const { term } = simulation.peer('p1');
      if (timeouts < 60_000 / 400 - 1 || timeouts > 60_000 / 250) throw simulation.failure(`${timeouts} timeouts`);
      const expected = preset === 'lab' ? timeouts : 0;
      if (term !== expected) throw simulation.failure(`term ${term} after ${timeouts} timeouts`);
    }
  });
});

t.test('A16: a leader that is cut off steps down within one election timeout, others take over', async (t) => {
  for (const preset of ['default', 'relaxed', 'paper', 'fast'] as const) {
    const election = electionOf(preset);
    const stepped: number[] = [];
    await runSeeds(t, range(100), async (seed, listeners) => {
      const simulation = new Simulation(
        { seed, peers: [3, 5][Number(seed) % 2] ?? 3, election, disk: { writeMsMin: 0.1, writeMsMax: 0.5 } },
        listeners,
      );
      simulation.start();
      const leader = await settle(simulation);
      await simulation.run(500 + Number(seed));
      const { term } = leader;
      const minority =
        simulation.options.peers === 5
          ? [leader.id, simulation.ids.find((id) => id !== leader.id) ?? leader.id]
          : [leader.id];
      const majority = simulation.ids.filter((id) => !minority.includes(id));
      simulation.network.partition([minority, majority]);
      // Answers that are on their way still count.
      const withinMs = election.electionTimeoutMsMax + 10;
      stepped.push(
        await simulation.runUntil(() => leader.role !== 'leader', withinMs, 'the cut-off leader steps down'),
      );
      if (leader.term !== term) throw simulation.failure('not in its own term');
      await simulation.runUntil(
        () => simulation.agreedLeader(majority) !== undefined,
        5000,
        'the majority has a leader',
      );
      await simulation.run(2000);
      if (leader.term !== term) throw simulation.failure('PreVote keeps the term of a minority where it was');
      simulation.network.mendAll();
      await settle(simulation);
    });
    t.comment(`${preset}: steps down after [ms]: ${distribution(stepped)}`);
  }
});

t.test(
  'A16: a leader that hears nobody, though all hear it, makes room; by Figure 2 alone it never does',
  async (t) => {
    await runSeeds(t, range(100), async (seed, listeners) => {
      for (const preset of ['default', 'lab'] as const) {
        const simulation = new Simulation({ seed, peers: 5, election: electionOf(preset) }, listeners);
        simulation.start();
        await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'a leader that all follow');
        const deaf = simulation.agreedLeader();
        if (deaf === undefined) throw simulation.failure('no leader');
        for (const other of simulation.ids) simulation.network.cut(other, deaf.id);
        if (preset === 'lab') {
          await simulation.run(10_000);
          if (simulation.agreedLeader() !== deaf) throw simulation.failure('nobody stands while heartbeats come');
        } else {
          await simulation.runUntil(
            () => simulation.leader() !== undefined && simulation.leader() !== deaf,
            5000,
            'another leader',
          );
        }
      }
    });
  },
);

t.test('A16: a peer that has lost only its link to the leader disturbs nobody', async (t) => {
  await runSeeds(t, range(100), async (seed, listeners) => {
    const simulation = new Simulation({ seed, peers: 3, election: electionOf('default') }, listeners);
    simulation.start();
    const leader = await settle(simulation);
    const { term } = leader;
    const cutOff = simulation.ids.find((id) => id !== leader.id) ?? leader.id;
    simulation.network.cut(leader.id, cutOff);
    simulation.network.cut(cutOff, leader.id);
    await simulation.run(20_000);
    if (leader.role !== 'leader' || leader.term !== term) throw simulation.failure('the leader was deposed');
  });
});

for (const preVote of [true, false]) {
  for (const checkQuorum of [true, false]) {
    const rules = `${preVote ? 'with' : 'without'} PreVote, ${checkQuorum ? 'with' : 'without'} CheckQuorum`;
    const often = preVote ? 'never' : 'at most once';
    t.test(`A17: ${rules}: a peer that comes back deposes the leader that it finds ${often}`, async (t) => {
      const all: number[] = [];
      await runSeeds(t, range(200), async (seed, listeners) => {
        const depositions = new Map<string, number>();
        const peers = [3, 5][Number(seed) % 2] ?? 3;
        const simulation = new Simulation(
          { seed, peers, election: { ...electionOf('default'), preVote, checkQuorum } },
          {
            ...listeners,
            onEvent: (_, peer, event) => {
              if (event.type !== 'roleChanged' || event.from !== 'leader') return;
              depositions.set(peer, (depositions.get(peer) ?? 0) + 1);
            },
          },
        );
        simulation.start();
        const leader = await settle(simulation);
        const alone = simulation.peer(simulation.ids.find((id) => id !== leader.id) ?? leader.id);
        simulation.network.isolate(alone.id, simulation.ids);
        await simulation.run(5000);
        if (preVote !== (alone.term === leader.term)) throw simulation.failure(`it is in term ${alone.term}`);
        depositions.clear();
        simulation.network.mendAll();
        await settle(simulation);
        await simulation.run(5000);
        const total = [...depositions.values()].reduce((sum, count) => sum + count, 0);
        if ((depositions.get(leader.id) ?? 0) > 1) throw simulation.failure('one leader was deposed twice');
        // CheckQuorum alone hides the high term from those who hear the leader: of five, three may elect another one in
        // the next low term, who then meets the high term too. By then a majority knows it.
        const totalMax = preVote ? 0 : checkQuorum ? Math.floor(peers / 2) : 1;
        if (total > totalMax) throw simulation.failure(`${total} leaders were deposed`);
        if (preVote && simulation.agreedLeader() !== leader) throw simulation.failure('another leader');
        all.push(total);
      });
      t.comment(`leaders deposed: ${[0, 1, 2].map((n) => `${n} in ${all.filter((x) => x === n).length}`).join(', ')}`);
      t.equal(
        all.some((total) => total > 0),
        !preVote,
      );
    });
  }
}
