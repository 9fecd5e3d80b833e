using Replication.Core.Following;

namespace Replication.Core.Tests.Following;

public sealed class UpstreamChoiceTests
{
    private const double NoJitter = 0.5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly UpstreamChoice _choice = new(3, Pause, LongestPause);

    [Fact]
    public void The_first_is_tried_first_and_the_others_in_their_order_and_then_the_first_again()
    {
        var tried = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            tried.Add(_choice.Current);
            _choice.Failed(NoJitter);
        }

        Assert.Equal([0, 1, 2, 0, 1, 2, 0], tried);
    }

    [Fact]
    public void Pauses_grow_only_behind_a_list_that_failed_whole()
    {
        var pauses = Enumerable.Range(0, 9).Select(_ => _choice.Failed(NoJitter).TotalMilliseconds);

        Assert.Equal([100, 100, 100, 100, 100, 200, 100, 100, 400], pauses);
    }

    [Fact]
    public void The_pauses_of_a_single_upstream_double_up_to_the_longest()
    {
        var choice = new UpstreamChoice(1, Pause, LongestPause);

        var pauses = Enumerable.Range(0, 9).Select(_ => choice.Failed(NoJitter).TotalMilliseconds);

        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000], pauses);
    }

    [Theory]
    [InlineData(0.0, 50)]
    [InlineData(0.999, 149.9)]
    public void Jitter_spreads_a_pause_around_its_length(double jitter, double millis) => Assert.Equal(millis, _choice.Failed(jitter).TotalMilliseconds, tolerance: 0.01);

    [Fact]
    public void Jitter_never_makes_a_pause_longer_than_the_longest()
    {
        for (var i = 0; i < 100; i++) Assert.InRange(_choice.Failed(0.999), TimeSpan.Zero, LongestPause);
    }

    [Fact]
    public void After_a_session_with_a_fallback_the_first_is_tried_first_and_the_pauses_are_short_again()
    {
        for (var i = 0; i < 7; i++) _choice.Failed(NoJitter);
        Assert.Equal(1, _choice.Current);

        _choice.Ended(fellSilent: false);

        Assert.Equal(0, _choice.Current);
        Assert.Equal([100, 100, 100, 100, 100, 200], Enumerable.Range(0, 6).Select(_ => _choice.Failed(NoJitter).TotalMilliseconds));
    }

    [Theory]
    [InlineData(0, new[] { 1, 2, 0, 0 })]
    [InlineData(1, new[] { 0, 2, 1, 0 })]
    [InlineData(2, new[] { 0, 1, 2, 0 })]
    public void One_that_fell_silent_comes_last_once(int followed, int[] expected)
    {
        for (var i = 0; i < followed; i++) _choice.Failed(NoJitter);

        _choice.Ended(fellSilent: true);

        var tried = new List<int>();
        foreach (var _ in expected)
        {
            tried.Add(_choice.Current);
            _choice.Failed(NoJitter);
        }
        Assert.Equal(expected, tried);
    }

    [Fact]
    public void A_snapshot_that_came_keeps_the_choice_and_shortens_the_pauses()
    {
        for (var i = 0; i < 10; i++) _choice.Failed(NoJitter);

        _choice.Reached();

        Assert.Equal(1, _choice.Current);
        Assert.Equal([100, 100, 100, 100, 200], Enumerable.Range(0, 5).Select(_ => _choice.Failed(NoJitter).TotalMilliseconds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(UpstreamChoice.MaxUpstreams + 1)]
    public void There_are_one_to_sixteen(int count) => Assert.Throws<ArgumentOutOfRangeException>(() => new UpstreamChoice(count, Pause, LongestPause));
}
