using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Replication.Server.Systemd;

/// <summary>Adds the talk with the service manager to a host.</summary>
public static class SystemdServiceCollectionExtensions
{
    /// <summary>Informs the service manager when one started this process; does nothing otherwise.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="statusLine">Makes the function that says in one line what the node does. Called every few seconds, also before the host has started.</param>
    public static IServiceCollection AddSystemd(this IServiceCollection services, Func<IServiceProvider, Func<string>> statusLine)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => SystemdEnvironment.Read(Environment.GetEnvironmentVariable, Environment.ProcessId));
        services.AddSingleton<SystemdNotifier>();
        services.AddSingleton<IHostedService>(provider => new SystemdService(
            provider.GetRequiredService<SystemdEnvironment>(),
            provider.GetRequiredService<SystemdNotifier>(),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            statusLine(provider),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
