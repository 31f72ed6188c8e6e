"""Workers leave Ctrl-C to their parent from their first instruction on."""

import signal

from fitness_mm.processes import Pool


def test_ctrl_c_never_reaches_a_worker():
    asked = (signal.SIG_BLOCK, ())  # blocks nothing more, and says what is blocked
    with Pool(2) as pool:
        (_, blocked), = pool.run(['group'], lambda group: [asked, asked], signal.pthread_sigmask)
        assert all(signal.SIGINT in signals for signals in blocked)
    assert signal.SIGINT not in signal.pthread_sigmask(*asked)
