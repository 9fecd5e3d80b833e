using Replication.Client;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class AnswerTimeoutTests
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_call_that_was_refused_takes_no_other_one_with_it_when_its_time_is_over()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync(configure: static options => options.AnswerTimeout = AnswerTimeout);
        var written = await primary.Client.PutAsync("docs", "k", "1");
        for (var call = 0; call < 20; call++)
            Assert.Equal(ReplicationErrorCode.UnknownCollection, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.GetAsync("nothing", "k"))).Code);

        // The server uses what it has of a call for the next one on the connection: this one waits for an entry that is still to come.
        var next = written with { Index = written.Index + 1 };
        var waiting = primary.Client.GetAsync("docs", "k", new ReadOptions(next, TimeSpan.FromSeconds(60)));
        await clock.UntilTimersPendAsync();
        clock.Advance(2 * AnswerTimeout);
        Assert.Equal(next, await primary.Client.PutAsync("docs", "k", "2"));

        Assert.Equal("2"u8.ToArray(), (await waiting).Value.ToArray());
    }
}
