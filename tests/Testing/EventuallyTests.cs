namespace Replication.Testing.Tests;

public sealed class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task A_condition_that_holds_is_asked_once()
    {
        var asked = 0;

        await Eventually.HoldsAsync("it holds", () => ++asked == 1);

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_condition_is_asked_until_it_holds()
    {
        var asked = 0;

        await Eventually.HoldsAsync("it holds", () => Task.FromResult(++asked == 5));

        Assert.Equal(5, asked);
    }

    [Fact]
    public async Task What_was_awaited_how_long_and_what_was_seen_are_told()
    {
        var asked = 0;

        var missed = await Assert.ThrowsAsync<NotReachedException>(() => Eventually.HoldsAsync("pigs fly", () => ++asked < 0, Short, () => $"asked {asked} times"));

        Assert.Equal("pigs fly", missed.Awaited);
        Assert.True(missed.Waited >= Short);
        Assert.Equal($"asked {asked} times", missed.LastSeen);
        Assert.Matches("^After [0-9.]+ s it still", missed.Message);
        Assert.EndsWith($"s it still does not hold that pigs fly. Last seen: asked {asked} times", missed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_patience_it_is_asked_once_and_nothing_is_said_about_what_was_seen()
    {
        var asked = 0;

        var missed = await Assert.ThrowsAsync<NotReachedException>(() => Eventually.HoldsAsync("pigs fly", () => ++asked < 0, TimeSpan.Zero));

        Assert.Equal(1, asked);
        Assert.Null(missed.LastSeen);
        Assert.EndsWith("pigs fly.", missed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_that_does_not_answer_is_not_awaited_for_longer()
    {
        var never = new TaskCompletionSource<bool>();

        await Assert.ThrowsAsync<NotReachedException>(() => Eventually.HoldsAsync("somebody answers", () => never.Task, Short));
    }

    [Fact]
    public async Task What_the_condition_throws_ends_the_waiting()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.HoldsAsync("it holds", bool () => throw new TimeoutException("its own")));
        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.HoldsAsync("it holds", () => Task.FromException<bool>(new TimeoutException("its own"))));
    }

    [Fact]
    public async Task A_cancelled_waiting_ends()
    {
        using var cancelled = new CancellationTokenSource();
        var asked = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.HoldsAsync(
            "it holds",
            async () =>
            {
                if (++asked == 3) await cancelled.CancelAsync();
                return false;
            },
            cancellation: cancelled.Token));
    }
}
