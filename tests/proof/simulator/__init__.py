"""A simulator with one seed: the real bot and the real wallet in a world that chance makes as hard as it can.

What is real: all of `bot/` and `wallet/`, SQLAlchemy, psycopg, and a PostgreSQL server. What is simulated: time, the
order in which tasks go on, Telegram and its people, and everything that breaks. All chance comes from the seed, so a
seed that fails, fails again in the same way:

    python -m tests.proof.simulator 4711        one seed, with its whole trace
    python -m tests.proof.simulator 1 500       seeds 1 to 500, one line each that fails

`programs` has the time that passes only when nobody has anything to do, and programs that can be killed at any
suspension. `wire` is the way to the database, and what breaks on it; `telegram` the way to Telegram. `people` (with
`asking`, `offering`, `splitting` and `settling`, at their `phone`s) and `administrator` want things, which is kept in
`records`; `books`, with `holds`, `requests`, `splits` and `nettings`, compares what happened with what may have
happened. `story` puts it together, `outcome` is what is told of it, and `crash_points` kills at every suspension of a
payment.
"""
