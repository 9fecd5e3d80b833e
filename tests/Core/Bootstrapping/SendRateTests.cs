using Replication.Core.Bootstrapping;

namespace Replication.Core.Tests.Bootstrapping;

public sealed class SendRateTests
{
    [Fact]
    public void Without_a_limit_nobody_waits() => Assert.Equal(TimeSpan.Zero, new SendRate(0).Take(int.MaxValue, TimeSpan.Zero));

    [Fact]
    public void All_together_stay_under_the_limit()
    {
        var rate = new SendRate(1_000);
        var (now, sent) = (TimeSpan.FromSeconds(50), 0);
        while (now < TimeSpan.FromSeconds(60))
        {
            now += rate.Take(100, now);
            sent += 100;
        }

        Assert.InRange(sent, 10_000, 10_300);
    }

    [Fact]
    public void A_long_pause_is_not_saved_up()
    {
        var rate = new SendRate(1_000);
        Assert.Equal(TimeSpan.Zero, rate.Take(100, TimeSpan.FromHours(1)));

        Assert.Equal(TimeSpan.Zero, rate.Take(500, TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromMilliseconds(500), rate.Take(1, TimeSpan.FromHours(1)));
    }
}
