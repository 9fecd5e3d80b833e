using Replication.Core.Bootstrapping;

namespace Replication.Core.Tests.Bootstrapping;

public sealed class TransferPaceTests
{
    private readonly TransferPace _pace = new();

    [Fact]
    public void What_is_left_takes_as_long_as_the_last_seconds_say()
    {
        Moved(0, 0);
        Assert.Null(_pace.TimeLeft(TimeSpan.Zero));
        Moved(250, 1);
        Moved(500, 2);

        Assert.Equal(TimeSpan.FromSeconds(2), _pace.TimeLeft(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void A_pause_makes_it_longer_and_what_came_long_ago_does_not_count()
    {
        Moved(0, 0);
        Moved(500, 1);
        Assert.Equal(TimeSpan.FromSeconds(1), _pace.TimeLeft(TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(5), _pace.TimeLeft(TimeSpan.FromSeconds(5)));
        Moved(510, 20);
        Moved(520, 21);

        Assert.Equal(TimeSpan.FromSeconds(48), _pace.TimeLeft(TimeSpan.FromSeconds(21)));
    }

    [Fact]
    public void Everything_has_come_or_there_is_nothing_to_come()
    {
        Assert.Null(_pace.TimeLeft(TimeSpan.Zero));
        Moved(1000, 1);
        Assert.Equal(TimeSpan.Zero, _pace.TimeLeft(TimeSpan.FromSeconds(1)));
        _pace.Moved(TransferProgress.None, TimeSpan.FromSeconds(2));

        Assert.Null(_pace.TimeLeft(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Another_transfer_begins_without_what_is_known_of_the_last()
    {
        Moved(0, 0);
        Moved(900, 1);

        _pace.Moved(new TransferProgress(0, 5_000), TimeSpan.FromSeconds(2));

        Assert.Null(_pace.TimeLeft(TimeSpan.FromSeconds(3)));
    }

    private void Moved(long bytes, int seconds) => _pace.Moved(new TransferProgress(bytes, 1000), TimeSpan.FromSeconds(seconds));
}
