using System.Net.Sockets;
using System.Security.Cryptography;
using Replication.Testing.Tests.Fixture;

namespace Replication.Testing.Tests;

public sealed class TestLinkTests
{
    private static readonly byte[] Word = "word"u8.ToArray();
    private static readonly byte[] Answer = "an answer"u8.ToArray();

    [Fact]
    public async Task Bytes_go_both_ways_and_are_counted()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();

        await near.WriteAsync(Word);
        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
        await far.WriteAsync(Answer);
        Assert.Equal(Answer, await LinkEnds.ReadAsync(near, Answer.Length));

        await Eventually.HoldsAsync("both directions are counted", () => (ends.Link.ToTarget.Bytes, ends.Link.FromTarget.Bytes) == (Word.Length, Answer.Length));
        Assert.Equal(1, ends.Link.ConnectionsAccepted);
        Assert.Equal(1, ends.Link.OpenConnections);
    }

    [Fact]
    public async Task A_cut_resets_what_is_open_and_refuses_what_is_new_until_it_is_restored()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();

        ends.Link.Cut();

        Assert.True(ends.Link.IsCut);
        await Assert.ThrowsAsync<IOException>(() => LinkEnds.ReadAsync(near, 1));
        await Assert.ThrowsAsync<IOException>(() => LinkEnds.ReadAsync(far, 1));
        var refused = await Assert.ThrowsAsync<SocketException>(ends.ConnectNearAsync);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await Eventually.HoldsAsync("nothing is open", () => ends.Link.OpenConnections == 0);

        ends.Link.Restore();
        (near, far) = await ends.ConnectAsync();
        await near.WriteAsync(Word);
        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
        Assert.Equal(2, ends.Link.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_link_can_be_cut_and_restored_over_and_over()
    {
        await using var ends = new LinkEnds();
        for (var i = 0; i < 20; i++)
        {
            var (near, far) = await ends.ConnectAsync();
            await near.WriteAsync(Word);
            Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
            ends.Link.Cut();
            ends.Link.Cut();
            ends.Link.Restore();
            ends.Link.Restore();
        }
        Assert.Equal(20, ends.Link.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_stalled_direction_holds_its_bytes_while_the_other_one_flows()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();
        ends.Link.ToTarget.Stall();

        await near.WriteAsync(Word);
        await far.WriteAsync(Answer);
        Assert.Equal(Answer, await LinkEnds.ReadAsync(near, Answer.Length));
        Assert.Equal(0, ends.Link.ToTarget.Bytes);
        Assert.True(ends.Link.ToTarget.IsStalled);
        Assert.False(ends.Link.FromTarget.IsStalled);

        ends.Link.ToTarget.Resume();
        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
    }

    [Fact]
    public async Task A_stalled_link_makes_the_sender_wait_and_loses_nothing()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();
        var sent = RandomNumberGenerator.GetBytes(32 * 1024 * 1024);
        ends.Link.Stall();

        var sending = near.WriteAsync(sent).AsTask();
        var reading = LinkEnds.ReadAsync(far, sent.Length);
        var (laterNear, laterFar) = await ends.ConnectAsync(); // connections are accepted all the while
        await laterNear.WriteAsync(Word);
        Assert.Equal(0, ends.Link.ToTarget.Bytes);
        Assert.False(sending.IsCompleted);
        Assert.False(reading.IsCompleted);

        ends.Link.Resume();
        await sending;
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(await reading));
        Assert.Equal(Word, await LinkEnds.ReadAsync(laterFar, Word.Length));
    }

    [Fact]
    public async Task A_delayed_direction_gives_each_byte_late_and_in_order()
    {
        var clock = new ManualClock();
        await using var ends = new LinkEnds(clock);
        var (near, far) = await ends.ConnectAsync();
        ends.Link.ToTarget.Delay(TimeSpan.FromMilliseconds(100));

        await near.WriteAsync(Word);
        await clock.UntilTimersPendAsync();
        clock.Advance(TimeSpan.FromMilliseconds(99));
        await far.WriteAsync(Answer);
        Assert.Equal(Answer, await LinkEnds.ReadAsync(near, Answer.Length)); // the other way is as quick as before
        Assert.Equal(0, ends.Link.ToTarget.Bytes);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));

        ends.Link.Delay(TimeSpan.Zero);
        await near.WriteAsync(Word);
        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => ends.Link.Delay(TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public async Task A_side_that_is_closed_is_closed_behind_its_last_byte_and_the_other_stays_open()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();

        await near.WriteAsync(Word);
        near.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(Word, await LinkEnds.ReadAsync(far, Word.Length));
        Assert.Equal(0, await far.ReadAsync(new byte[1]));
        await far.WriteAsync(Answer);
        Assert.Equal(Answer, await LinkEnds.ReadAsync(near, Answer.Length));
        far.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await near.ReadAsync(new byte[1]));
        await Eventually.HoldsAsync("the connection has ended", () => ends.Link.OpenConnections == 0);
    }

    [Fact]
    public async Task Behind_a_stall_nobody_hears_of_a_reset_until_the_bytes_go_on()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();
        ends.Link.Stall();

        near.Socket.Close(0);
        await far.WriteAsync(Answer); // goes into the link, where nothing comes back from
        var reading = far.ReadAsync(new byte[1]).AsTask();
        var (later, laterFar) = await ends.ConnectAsync();
        await later.WriteAsync(Word);
        Assert.False(reading.IsCompleted);
        Assert.Equal(2, ends.Link.OpenConnections);

        ends.Link.Resume();
        await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal(Word, await LinkEnds.ReadAsync(laterFar, Word.Length));
    }

    [Fact]
    public async Task Without_anybody_at_the_other_end_a_connection_is_reset()
    {
        await using var ends = new LinkEnds();
        ends.StopListening();

        // The reset may come before the connection is seen to be there, or behind that.
        var failure = await Record.ExceptionAsync(async () => await LinkEnds.ReadAsync(await ends.ConnectNearAsync(), 1));

        Assert.True(failure is IOException or SocketException, failure?.ToString());
    }

    [Fact]
    public async Task A_link_that_ends_while_it_is_stalled_and_busy_ends_everything()
    {
        await using var ends = new LinkEnds();
        var (near, far) = await ends.ConnectAsync();
        ends.Link.Stall();
        await near.WriteAsync(Word);

        await ends.Link.DisposeAsync();

        Assert.Equal(0, ends.Link.OpenConnections);
        await Assert.ThrowsAsync<IOException>(() => LinkEnds.ReadAsync(far, 1));
        Assert.Throws<ObjectDisposedException>(ends.Link.Restore);
    }
}
