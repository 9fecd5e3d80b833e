using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Replication.Server.Systemd;

namespace Replication.Server.Tests.Systemd;

public sealed class SystemdServiceTests : IDisposable
{
    private readonly ManagerSocket _manager = ManagerSocket.AtPath();
    private readonly HostLifetime _lifetime = new();
    private readonly ManualTime _time = new();
    private string _line = "starting";

    public void Dispose()
    {
        _manager.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task The_life_of_a_host_is_announced_in_order()
    {
        using var notifier = Notifier(TimeSpan.Zero);
        using var service = Service(notifier, TimeSpan.Zero);

        await service.StartAsync(CancellationToken.None);
        Assert.Equal("STATUS=starting", await _manager.ReceiveAsync());
        await _lifetime.StartAsync();
        Assert.Equal("READY=1", await _manager.ReceiveAsync());
        _lifetime.StopApplication();
        Assert.Equal("STOPPING=1", await _manager.ReceiveAsync());
        await service.StopAsync(CancellationToken.None);

        Assert.True(_manager.IsSilent);
    }

    [Fact]
    public async Task A_host_that_has_started_already_is_ready_at_once()
    {
        await _lifetime.StartAsync();
        using var notifier = Notifier(TimeSpan.Zero);
        using var service = Service(notifier, TimeSpan.Zero);

        await service.StartAsync(CancellationToken.None);

        Assert.Equal(["READY=1", "STATUS=starting"], await _manager.ReceiveAsync(2));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_status_line_is_made_anew_at_each_tick()
    {
        using var notifier = Notifier(TimeSpan.Zero);
        using var service = Service(notifier, TimeSpan.Zero);
        await service.StartAsync(CancellationToken.None);
        Assert.Equal("STATUS=starting", await _manager.ReceiveAsync());

        _line = "primary at 1/7";
        (await _time.TimerAsync).Tick();

        Assert.Equal("STATUS=primary at 1/7", await _manager.ReceiveAsync());
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_watchdog_is_fed_behind_each_status_line()
    {
        var watchdog = TimeSpan.FromSeconds(4);
        using var notifier = Notifier(watchdog);
        using var service = Service(notifier, watchdog);
        await service.StartAsync(CancellationToken.None);
        Assert.Equal(["STATUS=starting", "WATCHDOG=1"], await _manager.ReceiveAsync(2));

        (await _time.TimerAsync).Tick();

        Assert.Equal(["STATUS=starting", "WATCHDOG=1"], await _manager.ReceiveAsync(2));
        await service.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 2)]
    [InlineData(60, 5)]
    public async Task It_ticks_within_half_the_watchdogs_time_and_every_five_seconds_at_least(int watchdogSeconds, int periodSeconds)
    {
        var watchdog = TimeSpan.FromSeconds(watchdogSeconds);
        using var notifier = Notifier(watchdog);
        using var service = Service(notifier, watchdog);

        await service.StartAsync(CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(periodSeconds), (await _time.TimerAsync).Period);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_status_line_that_never_comes_starves_the_watchdog()
    {
        using var hangs = new ManualResetEventSlim();
        var watchdog = TimeSpan.FromSeconds(4);
        using var notifier = Notifier(watchdog);
        using var service = new SystemdService(Environment(watchdog), notifier, _lifetime, () =>
        {
            hangs.Wait(CancellationToken.None);
            return "late";
        }, _time);
        await service.StartAsync(CancellationToken.None);
        await _lifetime.StartAsync();

        Assert.Equal("READY=1", await _manager.ReceiveAsync());
        Assert.True(_manager.IsSilent);

        hangs.Set();
        Assert.Equal(["STATUS=late", "WATCHDOG=1"], await _manager.ReceiveAsync(2));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_host_without_a_service_manager_starts_and_stops_as_ever()
    {
        using var host = new HostBuilder().ConfigureServices(services => services.AddSingleton(Environment(TimeSpan.Zero)).AddSystemd(_ => () => "unused")).Build();

        await host.StartAsync(CancellationToken.None);
        await host.StopAsync(CancellationToken.None);

        Assert.False(host.Services.GetRequiredService<SystemdNotifier>().IsEnabled);
    }

    private static SystemdEnvironment Environment(TimeSpan watchdog, string socket = "") => new(socket, watchdog);

    private SystemdNotifier Notifier(TimeSpan watchdog) => new(Environment(watchdog, _manager.Name), new LogLines<SystemdNotifier>());

    private SystemdService Service(SystemdNotifier notifier, TimeSpan watchdog) => new(Environment(watchdog), notifier, _lifetime, () => _line, _time);
}
