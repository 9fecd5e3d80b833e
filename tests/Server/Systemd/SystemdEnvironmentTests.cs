using Replication.Server.Systemd;

namespace Replication.Server.Tests.Systemd;

public sealed class SystemdEnvironmentTests
{
    private const int ProcessId = 42;

    [Fact]
    public void Without_variables_nobody_listens_and_no_watchdog_waits() =>
        Assert.Equal(new SystemdEnvironment(string.Empty, TimeSpan.Zero), Read([]));

    [Fact]
    public void The_socket_and_the_watchdogs_time_are_read() =>
        Assert.Equal(new SystemdEnvironment("/run/notify", TimeSpan.FromSeconds(30)), Read(new() { ["NOTIFY_SOCKET"] = "/run/notify", ["WATCHDOG_USEC"] = "30000000" }));

    [Theory]
    [InlineData("42", 30)]
    [InlineData("", 30)]
    [InlineData("43", 0)]
    public void A_watchdog_for_another_process_is_none(string watchdogPid, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(new() { ["WATCHDOG_USEC"] = "30000000", ["WATCHDOG_PID"] = watchdogPid }).WatchdogTimeout);

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1")]
    public void A_watchdog_time_that_is_no_number_is_none(string micros) =>
        Assert.Equal(TimeSpan.Zero, Read(new() { ["WATCHDOG_USEC"] = micros }).WatchdogTimeout);

    private static SystemdEnvironment Read(Dictionary<string, string> variables) => SystemdEnvironment.Read(variables.GetValueOrDefault, ProcessId);
}
