using Replication.NodeHook;

/// <summary>What the runtime calls before a program's own code, when <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
internal static class StartupHook
{
    private static StepListener? _listener;

    public static void Initialize()
    {
        IoFaultLibrary.Redirect();
        _listener ??= new StepListener();
    }
}
