using Replication.Server.Demo;

namespace Replication.Server.Tests.Demo;

public sealed class DemoCommandTests
{
    [Theory]
    [InlineData("--replicas", "0")]
    [InlineData("--replicas", "10")]
    [InlineData("--replicas", "-1")]
    [InlineData("--replicas", "two")]
    [InlineData("--replicas")]
    [InlineData("--data", " ")]
    [InlineData("--data")]
    [InlineData("--once", "--twice")]
    [InlineData("somewhere")]
    public void Wrong_usage_is_an_error(params string[] arguments) => Assert.NotEmpty(DemoCommand.Create().Parse(arguments).Errors);

    [Theory]
    [InlineData]
    [InlineData("--once")]
    [InlineData("--replicas", "9", "--data", "somewhere", "--once")]
    public void Right_usage_is_none(params string[] arguments) => Assert.Empty(DemoCommand.Create().Parse(arguments).Errors);

    [Fact]
    public void The_message_names_the_bounds_and_the_value() =>
        Assert.Equal(["--replicas has to be 1 to 9, not 'two'."], DemoCommand.Create().Parse(["--replicas", "two"]).Errors.Select(static error => error.Message));
}
