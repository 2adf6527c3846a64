#pragma once

namespace gradtape {

// Called before parallel work, from whichever thread begins it.
//
// A thread of libgomp that waits spins for some milliseconds before it sleeps. That is fastest on a
// machine of one's own; where others want the cores too, it keeps them from the very threads that
// are waited for, and two small trainings take a hundred times as long as one. So the time that
// this thread waits for a core is watched, and while it is long libgomp is made to sleep at once.
// Results do not depend on it. Who sets OMP_WAIT_POLICY or GOMP_SPINCOUNT has chosen; then nothing
// is done.
void watch_for_crowding();
// In the child of a fork, which has no team that could sleep.
void stop_watching_for_crowding();

}  // namespace gradtape
