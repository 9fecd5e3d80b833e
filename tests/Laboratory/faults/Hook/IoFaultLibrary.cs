using System.Reflection;
using System.Runtime.InteropServices;

namespace Replication.NodeHook;

/// <summary>
/// Gives the engine the library that is preloaded with faults where it asks for the C library, because the runtime looks up what
/// it imports in the library itself, past what is preloaded.
/// </summary>
internal static class IoFaultLibrary
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("LD_PRELOAD");

    public static void Redirect()
    {
        if (Path is { Length: > 0 }) AppDomain.CurrentDomain.AssemblyLoad += static (_, loaded) => RedirectIn(loaded.LoadedAssembly);
    }

    private static void RedirectIn(Assembly assembly)
    {
        if (assembly.GetName().Name == "Replication.Core")
            NativeLibrary.SetDllImportResolver(assembly, static (name, _, _) => name == "libc" ? NativeLibrary.Load(Path!) : IntPtr.Zero);
    }
}
