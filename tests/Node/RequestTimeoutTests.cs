using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class RequestTimeoutTests : IAsyncLifetime
{
    private const int BeginningBytes = 8;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly TestCluster _cluster;
    private CommitBytes _call = null!;

    public RequestTimeoutTests() => _cluster = new TestCluster(new TestClusterOptions { Time = _clock });

    public async Task InitializeAsync()
    {
        var primary = await _cluster.PrimaryAsync(configure: static options => options.RequestTimeout = RequestTimeout);
        _call = new CommitBytes(primary.Address);
    }

    public async Task DisposeAsync()
    {
        _call.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_without_a_gap_goes_on_for_longer_than_one_message_may_take()
    {
        await _call.SendAsync(Beginning(1));
        for (ulong ticket = 1; ticket < 20; ticket++)
        {
            _clock.Advance(RequestTimeout / 3);
            await _call.SendAsync([.. Rest(ticket), .. Beginning(ticket + 1)]); // At no time is there nothing of a message.
            await _call.AssertNextCommittedAsync();
        }
    }

    [Fact]
    public async Task A_message_whose_beginning_came_with_the_one_before_has_to_come_in_time_too()
    {
        await _call.SendAsync([.. CommitBytes.Message(1), .. Beginning(2)]);
        await _call.AssertNextCommittedAsync();

        await AssertEndsAsync();
    }

    [Fact]
    public async Task A_message_that_stops_inside_is_not_waited_for_behind_others_that_were_in_time()
    {
        await _call.SendAsync(CommitBytes.Message(1));
        await _call.AssertNextCommittedAsync();
        _clock.Advance(10 * RequestTimeout); // A rest between two messages.
        await _call.SendAsync(CommitBytes.Message(2));
        await _call.AssertNextCommittedAsync();
        await _call.SendAsync(Beginning(3));

        await AssertEndsAsync();
    }

    private async Task AssertEndsAsync()
    {
        var ended = _call.EndAsync();
        // When the server takes up what has come is its own affair; the time that is advanced before does not count.
        await Eventually.HoldsAsync("the call is ended", () =>
        {
            _clock.Advance(RequestTimeout);
            return ended.IsCompleted;
        });
        Assert.Contains("has not come whole within 30 s", await ended, StringComparison.Ordinal);
    }

    private static byte[] Beginning(ulong ticket) => CommitBytes.Message(ticket)[..BeginningBytes];

    private static byte[] Rest(ulong ticket) => CommitBytes.Message(ticket)[BeginningBytes..];
}
