using Replication.Server.Systemd;

namespace Replication.Server.Tests.Systemd;

public sealed class SystemdNotifierTests
{
    private readonly LogLines<SystemdNotifier> _log = new();

    [Fact]
    public async Task Messages_arrive_at_a_socket_with_a_path()
    {
        using var manager = ManagerSocket.AtPath();
        using var notifier = To(manager.Name);

        notifier.Ready();
        notifier.Status("primary, 3 followers");
        notifier.FeedWatchdog();
        notifier.Stopping();

        Assert.True(notifier.IsEnabled);
        Assert.Equal(["READY=1", "STATUS=primary, 3 followers", "WATCHDOG=1", "STOPPING=1"], await manager.ReceiveAsync(4));
    }

    [Fact]
    public async Task Messages_arrive_at_a_socket_in_the_abstract_namespace()
    {
        using var manager = ManagerSocket.Abstract();
        using var notifier = To(manager.Name);

        notifier.Ready();

        Assert.Equal("READY=1", await manager.ReceiveAsync());
    }

    [Fact]
    public async Task A_status_is_one_line_of_bounded_length()
    {
        using var manager = ManagerSocket.AtPath();
        using var notifier = To(manager.Name);

        notifier.Status("one\nREADY=1");
        notifier.Status(new string('x', 10_000));

        Assert.Equal("STATUS=one READY=1", await manager.ReceiveAsync());
        Assert.Equal("STATUS=" + new string('x', 512), await manager.ReceiveAsync());
    }

    [Fact]
    public void Without_a_socket_nothing_happens()
    {
        using var notifier = To(string.Empty);

        notifier.Ready();

        Assert.False(notifier.IsEnabled);
        Assert.Empty(_log.Ids);
    }

    [Fact]
    public void An_address_of_an_unknown_kind_is_told_in_the_log()
    {
        using var notifier = To("vsock:2:1234");

        notifier.Ready();

        Assert.False(notifier.IsEnabled);
        Assert.Equal([4901], _log.Ids);
    }

    [Fact]
    public async Task A_manager_that_does_not_answer_is_told_in_the_log_once_and_tried_again()
    {
        using var gone = ManagerSocket.Abstract();
        var name = gone.Name;
        using var notifier = To(name);
        gone.Dispose();

        notifier.Ready();
        notifier.Ready();
        Assert.Equal([4902], _log.Ids);

        using var manager = ManagerSocket.AtAbstract(name);
        notifier.Ready();
        Assert.Equal("READY=1", await manager.ReceiveAsync());
    }

    private SystemdNotifier To(string socket) => new(new SystemdEnvironment(socket, TimeSpan.Zero), _log);
}
