namespace Replication.Client.Tests;

public sealed class ValueTests
{
    [Fact]
    public void A_position_is_read_as_it_is_written() => Assert.Equal(new LogPosition(3, 1042), LogPosition.Parse(new LogPosition(3, 1042).ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("/1")]
    [InlineData("3/")]
    [InlineData("-3/1")]
    [InlineData("3/1/2")]
    [InlineData(" 3/1")]
    [InlineData("4294967296/1")]
    public void Anything_else_is_no_position(string text)
    {
        Assert.False(LogPosition.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => LogPosition.Parse(text));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:7400")]
    [InlineData("http://127.0.0.1:7400/path")]
    public void An_address_is_a_host_and_a_port(string address) =>
        Assert.Throws<ArgumentException>(() => new ReplicationClient(new ReplicationClientOptions { Address = new Uri(address) }));

    [Fact]
    public void Options_outside_their_bounds_are_refused_by_name()
    {
        var options = new ReplicationClientOptions();

        Assert.Equal("Timeout", Refused(options with { Timeout = TimeSpan.Zero }));
        Assert.Equal("MaxReceiveBytes", Refused(options with { MaxReceiveBytes = 1 }));
        Assert.Equal("PingDelay", Refused(options with { PingDelay = TimeSpan.Zero }));
        Assert.Equal("MaxInFlight", Refused(options with { CommitStream = new CommitStreamLimits { MaxInFlight = 0 } }));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_key() => Assert.Throws<ArgumentException>(() => new Transaction().Put("docs", "a\ud800", "1"));

    [Fact]
    public void A_request_id_has_a_bound() => Assert.Throws<ArgumentOutOfRangeException>(() => new Transaction().WithRequestId(new byte[65]));

    [Fact]
    public void A_read_waits_at_most_a_minute() => Assert.Throws<ArgumentOutOfRangeException>(() => ReadOptions.Millis(TimeSpan.FromSeconds(61)));

    private static string? Refused(ReplicationClientOptions options) => Assert.Throws<ArgumentOutOfRangeException>(options.Validated).ParamName;
}
